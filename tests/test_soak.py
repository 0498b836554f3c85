"""An hour of polls five times a second, with faults: the long mode of the tests.

It runs with CEPH_EXPORTER_LONG_TESTS=1; CEPH_EXPORTER_SOAK_SECONDS makes it shorter.
"""

import itertools
import os
import statistics
import time
from pathlib import Path

import pytest

from ceph_exporter.simulator import rest_api
from tests.running import Exporter, running
from tests.sources.faulty import answering, serve
from tests.test_faults import FAULTS, forwarding
from tests.web.serving import until

DURATION = float(os.environ.get("CEPH_EXPORTER_SOAK_SECONDS", "3600"))
WARM = min(300.0, DURATION / 4)
"""Seconds until the memory at first is taken."""
WELL, ILL = 20.0, 3.0
"""Seconds without and with a fault."""
INTERVAL = 0.2
PAUSE = 0.05


class Sample:
    """What the process holds at one moment: memory in bytes, descriptors, threads."""

    def __init__(self, exporter: Exporter) -> None:
        pages = Path(f"/proc/{exporter.process.pid}/statm").read_text().split()[1]
        self.memory = int(pages) * os.sysconf("SC_PAGESIZE")
        self.descriptors, self.threads = exporter.descriptors(), exporter.threads()


class Polls:
    """The ends of polls as the page tells them, and the seconds between two of them."""

    def __init__(self, exporter: Exporter) -> None:
        self.gaps: list[float] = []
        self._exporter = exporter

    def ended(self) -> float:
        """Give when the last poll ended, as unix time."""
        return float(self._exporter.metric("ceph_exporter_poll_timestamp_seconds"))

    def wait(self, count: int) -> None:
        """Wait until so many more polls have ended."""
        for _ in range(count):
            last = self.ended()
            until(lambda last=last: self.ended() > last, "another poll", 60)  # type: ignore[misc]

    def watch(self, seconds: float) -> None:
        """Look at the page for so long."""
        last, end = self.ended(), time.monotonic() + seconds
        while time.monotonic() < end:
            if (ended := self.ended()) != last:
                self.gaps.append(ended - last)
                last = ended
            time.sleep(PAUSE)


@pytest.mark.skipif(
    not os.environ.get("CEPH_EXPORTER_LONG_TESTS"), reason="CEPH_EXPORTER_LONG_TESTS is not set"
)
def test_an_hour_of_faults_leaves_nothing(tmp_path: Path) -> None:
    """After an hour memory is within 5 % of that after five minutes, and nothing else has grown."""
    flags = [
        f"--poll.interval={INTERVAL * 1000:.0f}ms",
        "--poll.timeout=5s",
        "--poll.stale-after=5s",
    ]
    flags += ["--poll.body-limit=32MiB", "--cluster.api=rest-api"]
    # A cluster in which nothing happens: the page must not grow for its sake.
    with rest_api.demo(age=lambda: 1000.0) as sim, serve(answering(forwarding(sim.url))) as proxy:
        sane = answering(forwarding(sim.url))
        with running(tmp_path, f"--cluster.url={proxy.url}", *flags) as exporter:
            polls, samples = Polls(exporter), []
            start = time.monotonic()
            for fault in itertools.cycle(FAULTS.values()):
                until(lambda: exporter.metric("ceph_up") == "1", "ceph_up 1", 300)
                polls.wait(2)  # the poll that began during the fault, and its successor
                polls.watch(WELL)
                samples.append((time.monotonic() - start, Sample(exporter)))
                if time.monotonic() - start > DURATION:
                    break
                proxy.turn(fault)
                time.sleep(ILL)
                proxy.turn(sane)
    warm = [sample for when, sample in samples if when >= WARM]
    first, last = warm[:3], warm[-3:]
    before, after = (statistics.median(one.memory for one in part) for part in (first, last))
    print(  # noqa: T201 - the figures are what a soak is for
        f"\n{samples[-1][0]:.0f} s, {len(polls.gaps)} polls while well, {max(polls.gaps):.2f} s at "
        f"most from one to the next; memory {before / 1e6:.1f} MB after {WARM:.0f} s, "
        f"{after / 1e6:.1f} MB at the end; "
        f"descriptors {first[0].descriptors} and {last[-1].descriptors}; threads "
        f"{first[0].threads} and {last[-1].threads}"
    )
    assert after <= before * 1.05
    assert last[-1].descriptors <= first[0].descriptors + 1
    assert last[-1].threads <= first[0].threads + 1
    assert max(polls.gaps) < 2 * INTERVAL  # longer, and a poll was missed
