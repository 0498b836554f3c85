"""The commands: serve, once, record; and the demo, which is serve with a cluster of its own."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from types import FrameType

from ceph_exporter import __version__, exposition, flags
from ceph_exporter.config import Cluster, Config, ConfigError
from ceph_exporter.flags import Options
from ceph_exporter.log import fields, log, set_up
from ceph_exporter.poller import Poller
from ceph_exporter.simulator import rest_api
from ceph_exporter.sources import Answer, recording
from ceph_exporter.web import metrics, status
from ceph_exporter.web.server import Page, Reply, Server


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code."""
    options = flags.parse(sys.argv[1:] if arguments is None else arguments, os.environ)
    values = options.values
    set_up(values["log.level"], values["log.format"])
    with ExitStack() as stack:
        try:
            config = _demo(stack, options) if values["demo"] else options.config()
        except ConfigError as error:
            flags.fail(str(error))
        if options.command == "once":
            return once(config)
        if options.command == "record":
            return record(config, Path(options.folder))
        return serve(config, values["web.listen-address"], values["web.telemetry-path"])


def _demo(stack: ExitStack, options: Options) -> Config:
    server = stack.enter_context(rest_api.demo())
    values = {**options.values, "cluster.url": [server.url], "cluster.api": "rest-api"}
    return options._replace(values=values).config()


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
        with closing(Poller(name, cluster, config, on_answer=write)) as poller:
            report = poller.poll().report
    except OSError as error:
        flags.fail(f"record: {error.filename}: {error.strerror}")
    for row in report.documents:
        if not row.success:
            sys.stderr.write(f"not recorded: {row.name}: {row.error}\n")
    return report.up


def serve(config: Config, addresses: Sequence[str], metrics_path: str) -> int:
    """Serve until SIGTERM or SIGINT."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        log.info("ending", extra=fields(signal=signal.Signals(number).name))
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    pollers = [Poller(name, cluster, config) for name, cluster in config.clusters.items()]
    pages = _pages(pollers, metrics_path)
    servers = [_listen(address, pages) for address in addresses]
    threads = [
        threading.Thread(target=poller.run, args=(stop,), name=f"poll {poller.name}", daemon=True)
        for poller in pollers
    ]
    for server in servers:
        server.start()
    for thread in threads:
        thread.start()
    log.info("ceph_exporter started", extra=fields(version=__version__, clusters=len(pollers)))
    stop.wait()
    for server in servers:
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join(timeout=2)
    return 0


def _pages(pollers: Sequence[Poller], metrics_path: str) -> dict[str, Page]:
    registry = metrics.own_registry()
    return {
        "/": partial(status.page, pollers, metrics_path),
        "/-/healthy": _healthy,
        metrics_path: partial(metrics.page, pollers, registry),
    }


def _healthy(_: object) -> Reply:
    return Reply(b"healthy\n")


def _listen(address: str, pages: dict[str, Page]) -> Server:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        flags.fail(f"--web.listen-address: expected HOST:PORT or :PORT, got {address!r}")
    try:
        server = Server(host.strip("[]"), int(port), pages)
    except OSError as error:
        flags.fail(f"--web.listen-address: cannot listen on {address}: {error.strerror}")
    log.info("listening", extra=fields(address=address, port=server.port))
    return server
