"""The command line: parses the arguments and runs the command."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NoReturn

import msgspec

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.commands import check, nagios, once, output, record, serve
from ceph_exporter.config import Config, ConfigError
from ceph_exporter.config.command_line import CommandLine, fail, parse, wants_nagios
from ceph_exporter.log import set_up
from ceph_exporter.printable import escape_text
from ceph_exporter.web import listen
from ceph_exporter.web.security import Watched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in the arguments (by default, those of the process); return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    output.prepare()
    if wants_nagios(arguments, os.environ):
        return output.guarded(lambda: _plugin(arguments), nagios.unknown, nagios.UNKNOWN)
    return output.guarded(lambda: _command(arguments, fail), fail)


def _plugin(arguments: Sequence[str]) -> int:
    """Run the command for Nagios and return the exit code.

    After an unexpected error, the state is unknown. Nagios would treat the exit code 1 of a
    traceback as a warning.
    """
    try:
        return _command(arguments, nagios.fail)
    except SystemExit as end:
        return int(end.code or 0)
    except OSError:
        raise  # from standard output; `output.guarded` handles it
    except Exception as error:  # noqa: BLE001 - any error makes the state unknown
        return nagios.unknown(f"internal error; please report this: {error!r}")


def _command(arguments: Sequence[str], refuse: Callable[[str], NoReturn]) -> int:
    """Run the command and return the exit code.

    refuse: called with the error if the arguments or the configuration are invalid.
    """
    line = parse(arguments, os.environ, COLLECTORS, refuse)
    # `check` reports errors itself, in its own format.
    quiet = line.command == "check" and line.log.level != "debug"
    set_up("critical" if quiet else line.log.level, line.log.format)
    with ExitStack() as stack:
        try:
            if line.demo:
                line = _demo(stack, line)
            config = line.config(COLLECTORS)
            if line.config_check:
                return config_check(config, line)
            if line.command == "serve":
                return serve.serve(partial(line.config, COLLECTORS), line.web, config)
        except ConfigError as error:
            refuse(str(error))
        return _run(line, config)


def _run(line: CommandLine, config: Config) -> int:
    """Run `check`, `once` or `record`; return the exit code."""
    if line.command == "check":
        return nagios.check(config) if line.nagios else check.check(config)
    if line.command == "once":
        return once.once(config)
    try:
        return record.record(config, Path(line.folder))
    except OSError as error:
        if error.filename is None:
            raise
        fail(f"record: {error.filename}: {error.strerror}")


def _demo(stack: ExitStack, line: CommandLine) -> CommandLine:
    """Serve simulated clusters until the stack closes. Return the command line that polls them."""
    # Only the demo needs the simulator.
    from ceph_exporter.simulator import demo  # noqa: PLC0415

    targets = stack.enter_context(demo.clusters())
    flags = {
        name: msgspec.structs.replace(line.cluster, url=(target.url,), **target.settings)
        for name, target in targets.items()
    }
    return msgspec.structs.replace(line, simulated=flags)


def config_check(config: Config, line: CommandLine) -> int:
    """Check the settings that only `serve` uses; all others were checked when they were read.

    Return 0; raise ConfigError if a setting is invalid.
    """
    for address in line.web.listen_address:
        listen.host_and_port(address)
    if line.web.config_file:
        Watched(line.web.config_file)
    names = escape_text(", ".join(config.clusters)) or "one cluster"
    sys.stdout.write(f"configuration is valid: {names}\n")
    return 0
