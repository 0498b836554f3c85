"""An hour of polls, five per second, with faults.

It runs with CEPH_EXPORTER_LONG_TESTS=1; CEPH_EXPORTER_SOAK_SECONDS sets another duration.
"""

import gc
import itertools
import os
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.simulator import rest_api
from testbed.running import ExporterProcess, running
from testbed.waiting import until
from tests.faults import FAULTS, forwarding
from tests.sources.faulty import answering, serve

DURATION = float(os.environ.get("CEPH_EXPORTER_SOAK_SECONDS", "3600"))
WARM = min(300.0, DURATION / 4)
"""Seconds before the first samples that count."""
HEALTHY, FAULTY = 20.0, 3.0
"""Seconds without and with a fault."""
INTERVAL = 0.2
PAUSE = 0.05


class Sample:
    """The use of the process at one moment: memory in bytes, descriptors, threads."""

    def __init__(self, exporter: ExporterProcess) -> None:
        pages = Path(f"/proc/{exporter.process.pid}/statm").read_text().split()[1]
        self.memory = int(pages) * os.sysconf("SC_PAGESIZE")
        self.descriptors, self.threads = exporter.descriptors(), exporter.threads()


class Polls:
    """The starts of polls according to the page.

    `gaps` has the seconds between two of them, and the fault before.
    """

    def __init__(self, exporter: ExporterProcess) -> None:
        self.gaps: list[tuple[float, str]] = []
        self._exporter = exporter

    def started(self) -> float:
        """Return the start of the last finished poll in unix seconds."""
        page = self._exporter.ask("/metrics").body.decode()
        matches = re.findall(r"\nceph_exporter_poll_(duration|timestamp)_seconds (.+)", page)
        times = {name: float(value) for name, value in matches}
        return times["timestamp"] - times["duration"]

    def wait(self, count: int) -> None:
        """Wait until this number of further polls ended."""
        for _ in range(count):
            last = self.started()
            until(lambda last=last: self.started() > last, "another poll", 60)  # type: ignore[misc]

    def watch(self, seconds: float, after: str) -> None:
        """Watch the page for some seconds. after: the fault before."""
        last, end = self.started(), time.monotonic() + seconds
        while time.monotonic() < end:
            if (started := self.started()) != last:
                self.gaps.append((started - last, after))
                last = started
            time.sleep(PAUSE)


@pytest.fixture
def _no_collections() -> Iterator[None]:
    """Disable the garbage collector of this process.

    The proxy and Ceph run in it and keep the requests of an hour. A collection would stop them for
    so long that it looks like a missed poll.
    """
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collections")
@pytest.mark.skipif(
    not os.environ.get("CEPH_EXPORTER_LONG_TESTS"), reason="CEPH_EXPORTER_LONG_TESTS is not set"
)
def test_an_hour_of_faults_leaves_nothing(tmp_path: Path) -> None:
    """After an hour memory is within 5 % of that after five minutes, and nothing leaked."""
    flags = [
        f"--poll.interval={INTERVAL * 1000:.0f}ms",
        "--poll.timeout=5s",
        "--poll.stale-after=5s",
        "--poll.ceph-share=100%",
    ]
    flags += ["--poll.body-limit=32MiB", "--cluster.api=rest-api"]
    # Nothing happens in this cluster, so the page does not grow.
    with rest_api.demo(age=lambda: 1000.0) as sim, serve(answering(forwarding(sim.url))) as proxy:
        healthy = answering(forwarding(sim.url))
        with running(tmp_path, f"--cluster.url={proxy.url}", *flags) as exporter:
            polls, samples = Polls(exporter), []
            faults, after = itertools.cycle(FAULTS.items()), "the start"
            start = time.monotonic()
            while time.monotonic() - start < DURATION:
                until(lambda: exporter.metric("ceph_up") == "1", "ceph_up 1", 300)
                polls.wait(2)  # the poll that started during the fault, and the next
                polls.watch(HEALTHY, after)
                samples.append((time.monotonic() - start, Sample(exporter)))
                after, fault = next(faults)
                proxy.turn(fault)
                time.sleep(FAULTY)
                proxy.turn(healthy)
                proxy.requests.clear()
    warm = [sample for when, sample in samples if when >= WARM]
    first, last = warm[:3], warm[-3:]
    memory = [statistics.median(one.memory for one in part) for part in (first, last)]
    # The minimum: a request and a scrape may each have a thread at any moment.
    descriptors = [min(one.descriptors for one in part) for part in (first, last)]
    threads = [min(one.threads for one in part) for part in (first, last)]
    longest = sorted(polls.gaps)[-3:]
    print(  # noqa: T201 - the figures are the result
        f"\n{samples[-1][0]:.0f} s, {len(polls.gaps)} polls without a fault; the longest "
        f"intervals: {longest}; memory {memory[0] / 1e6:.1f} MB after {WARM:.0f} s, "
        f"{memory[1] / 1e6:.1f} MB at the end; descriptors {descriptors}, threads {threads}"
    )
    assert memory[1] <= memory[0] * 1.05
    assert descriptors[1] <= descriptors[0]
    assert threads[1] <= threads[0]
    assert longest[-1][0] < 2 * INTERVAL  # otherwise a poll was missed
