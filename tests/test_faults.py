"""The exporter behind a faulty proxy: its page during each fault and afterwards."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ceph_exporter.simulator import rest_api
from testbed.client import scrape
from testbed.promptness import bare_server, prompt, summary
from testbed.running import ExporterProcess, running
from testbed.waiting import until
from tests.faults import FAULTS, Healthy, forwarding
from tests.sources import fakes
from tests.sources.faulty import answering, serve


@contextmanager
def ceph(api: str) -> Iterator[Healthy]:
    """Run a healthy cluster behind one of the APIs."""
    if api == "rest-api":
        with rest_api.demo() as server:
            yield forwarding(server.url)
    else:
        yield {"dashboard": fakes.Dashboard, "restful": fakes.Restful}[api]()


class Pages:
    """Scrapes of an exporter and of a bare server, with their lengths in seconds."""

    def __init__(self, exporter: ExporterProcess, bare: int) -> None:
        self.seconds: list[float] = []
        self.of_bare: list[float] = []
        self._exporter = exporter
        self._bare = bare

    def show(self, name: str, value: str) -> bool:
        """Return whether the value of a metric matches a pattern; empty if it is absent."""
        start = time.monotonic()
        shown = self._exporter.metric(name)
        middle = time.monotonic()
        scrape(self._bare)
        self.seconds.append(middle - start)
        self.of_bare.append(time.monotonic() - middle)
        return re.fullmatch(value, shown) is not None


@pytest.mark.parametrize("api", ["rest-api", "dashboard", "restful"])
def test_every_fault_is_shown_and_survived(api: str, tmp_path: Path) -> None:
    """During each fault ceph_up is 0 and old data is not shown; afterwards both are back.

    At first the port is closed. No scrape is slow, nothing leaks, and the log has few lines.
    """
    secret = tmp_path / "password"
    secret.write_text(fakes.SECRET)
    with ceph(api) as healthy, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        flags = [
            *(f"--cluster.url=http://127.0.0.1:{bound.getsockname()[1]}", f"--cluster.api={api}"),
            *("--cluster.username=prom", f"--cluster.password-file={secret}"),
            *("--poll.interval=50ms", "--poll.timeout=3s", "--poll.stale-after=600ms"),
            "--poll.ceph-share=100%",
            *("--poll.body-limit=32MiB", "--collector.disable-defaults", "--collector.health"),
        ]
        with (
            running(tmp_path, *flags) as exporter,
            bare_server(exporter.ask("/metrics").body, tmp_path) as bare,
        ):
            pages = Pages(exporter, bare)
            until(lambda: pages.show("ceph_up", "0"), "ceph_up 0 while nobody listens")
            with serve(answering(healthy), bound=bound) as server:

                def is_back(after: str) -> None:
                    # On a busy machine an answer takes long, and a slow document is in cooldown.
                    until(lambda: pages.show("ceph_up", "1"), f"ceph_up 1 after {after}", 90)
                    until(lambda: pages.show("ceph_health_status", "[012]"), "health", 90)

                is_back("the start")
                descriptors, threads = exporter.descriptors(), exporter.threads()
                for name, fault in FAULTS.items():
                    server.turn(fault)
                    until(lambda: pages.show("ceph_up", "0"), f"ceph_up 0: {name}")
                    until(lambda: pages.show("ceph_health_status", ""), f"no health: {name}")
                    assert pages.show("ceph_up", "0"), name
                    server.turn(answering(healthy))
                    is_back(name)
                until(lambda: exporter.descriptors() <= descriptors + 1, "closed descriptors")
                until(lambda: exporter.threads() <= threads + 1, "stopped threads")
            log = exporter.said()
    print(f"{api}: {summary(pages.seconds)}; bare server: {summary(pages.of_bare)}")  # noqa: T201
    assert prompt(pages.seconds, pages.of_bare)
    assert log.count("\n") < 12 * len(FAULTS)
