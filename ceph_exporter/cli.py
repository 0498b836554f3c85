"""The command line: from arguments to a command; and the demo, which simulates a cluster."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.commands import check, nagios, once, record, serve
from ceph_exporter.config import Config, ConfigError
from ceph_exporter.config.command_line import CommandLine, fail, parse
from ceph_exporter.log import set_up
from ceph_exporter.web.security import Watched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    line = parse(sys.argv[1:] if arguments is None else arguments, os.environ, COLLECTORS)
    # `check` reports errors itself, in its own format.
    quiet = line.command == "check" and line.log.level != "debug"
    set_up("critical" if quiet else line.log.level, line.log.format)
    with ExitStack() as stack:
        try:
            if line.demo:
                line = _demo(stack, line)
            config = line.config(COLLECTORS)
            if line.config_check:
                return config_check(config, line.web.config_file)
            if line.command == "serve":
                return serve.serve(partial(line.config, COLLECTORS), line.web, config)
        except ConfigError as error:
            if line.nagios:  # to the caller of a plugin, 2 would mean that Ceph is in trouble
                sys.stdout.write(f"{nagios.line(nagios.UNKNOWN, str(error))}\n")
                return nagios.UNKNOWN
            fail(str(error))
        return _run(line, config)


def _run(line: CommandLine, config: Config) -> int:
    """Run a command that ends by itself; return the exit code."""
    if line.command == "check":
        return nagios.check(config) if line.nagios else check.check(config)
    if line.command == "once":
        return once.once(config)
    try:
        return record.record(config, Path(line.folder))
    except OSError as error:
        fail(f"record: {error.filename}: {error.strerror}")


def _demo(stack: ExitStack, line: CommandLine) -> CommandLine:
    """Serve a simulated cluster until the stack closes; return the command line that polls it."""
    # Only the demo needs the simulator.
    from ceph_exporter.simulator import rest_api  # noqa: PLC0415

    server = stack.enter_context(rest_api.demo())
    cluster = msgspec.structs.replace(line.cluster, url=(server.url,), api="rest-api")
    return msgspec.structs.replace(line, cluster=cluster)


def config_check(config: Config, web_file: str) -> int:
    """Check the web configuration too, after the rest was checked when it was read."""
    if web_file:
        Watched(web_file)
    names = ", ".join(config.clusters) or "one cluster"
    sys.stdout.write(f"configuration is valid: {names}\n")
    return 0
