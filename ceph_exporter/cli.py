"""The commands: serve, once, check, record; and the demo, which gives them a cluster."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from ceph_exporter import exposition
from ceph_exporter.commands import check, nagios, serve
from ceph_exporter.config import Cluster, Config
from ceph_exporter.config.command_line import CommandLine, fail, parse
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.log import set_up
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentState
from ceph_exporter.simulator import rest_api
from ceph_exporter.sources import Answer, recording
from ceph_exporter.web.security import Watched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code."""
    options = parse(sys.argv[1:] if arguments is None else arguments, os.environ)
    values = options.values
    # `check` says itself what went wrong, in its own form.
    quiet = options.command == "check" and values["log.level"] != "debug"
    set_up("critical" if quiet else values["log.level"], values["log.format"])
    with ExitStack() as stack:
        try:
            if values["demo"]:
                options = _demo(stack, options)
            config = options.config()
            if values["config.check"]:
                return config_check(config, values["web.config.file"])
            if options.command == "serve":
                return serve.serve(options.config, values, config)
        except ConfigError as error:
            if values["nagios"]:  # to a plugin's caller, 2 would mean that Ceph is in trouble
                sys.stdout.write(f"{nagios.line(nagios.UNKNOWN, str(error))}\n")
                return nagios.UNKNOWN
            fail(str(error))
        if options.command == "record":
            return record(config, Path(options.folder))
        if options.command == "check":
            return nagios.check(config) if values["nagios"] else check.check(config)
        return once(config)


def _demo(stack: ExitStack, options: CommandLine) -> CommandLine:
    server = stack.enter_context(rest_api.demo())
    values = {**options.values, "cluster.url": [server.url], "cluster.api": "rest-api"}
    return options._replace(values=values)


def config_check(config: Config, web_file: str) -> int:
    """Check the web configuration too; the rest was checked when it was read."""
    if web_file:
        Watched(web_file)
    names = ", ".join(config.clusters) or "one cluster"
    sys.stdout.write(f"configuration is valid: {names}\n")
    return 0


def once(config: Config) -> int:
    """Poll each cluster once and print the page; 0 if every cluster answered, else 1."""
    snapshots = []
    for name, cluster in config.clusters.items():
        with closing(Poller(name, cluster, config)) as poller:
            snapshots.append(poller.poll())
    page = exposition.page([found.fresh_lines for found in snapshots], exposition.Format.TEXT)
    sys.stdout.write(page.decode())
    return 0 if all(found.report.up for found in snapshots) else 1


def record(config: Config, folder: Path) -> int:
    """Write each document of each cluster below the folder; 0 if every cluster answered."""
    up = []
    for name, cluster in config.clusters.items():
        up.append(_record(name, cluster, config, folder / name))
    return 0 if all(up) else 1


def _record(name: str, cluster: Cluster, config: Config, folder: Path) -> bool:
    def write(answer: Answer) -> None:
        if answer.error is None:
            sys.stdout.write(f"{recording.write(folder, answer)}\n")

    try:
        report = check.poll(name, cluster, config, write)
    except OSError as error:
        fail(f"record: {error.filename}: {error.strerror}")
    for row in report.documents:
        if row.state is not DocumentState.OK:
            sys.stderr.write(f"not recorded: {row.name}: {row.error}\n")
    return report.up
