"""Exporters that are watched through a fault, and the scrapes that go on all the while."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from testbed.client import scrape
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from testbed.exporter import Exporter


class Watched(NamedTuple):
    """An exporter, its own copies of the files it was given, and what it held at first.

    place: the CA's certificate, or for rados the ceph.conf; in_use: threads and descriptors.
    """

    exporter: Exporter
    api: str
    secret: Path
    place: Path
    in_use: tuple[int, int]

    def awaits(
        self, metric: str, predicate: Callable[[set[float]], bool], /, **labels: str
    ) -> None:
        """Wait until the values of a metric's samples with these labels are as they should be."""
        wanted = labels.items()

        def holds() -> bool:
            rows = self.exporter.series(metric).items()
            return predicate({value for block, value in rows if wanted <= dict(block).items()})

        wait_until(holds, f"{metric} {labels} over {self.api}", 120, [self.exporter.log])

    def shows(self, metric: str, value: float | None, /, **labels: str) -> None:
        """Wait until a metric has this value in each of its samples with these labels."""
        wanted = set() if value is None else {value}
        self.awaits(metric, lambda found: found == wanted, **labels)

    def polls_until(self, happened: Callable[[int], bool]) -> int:
        """Wait for something, which may be a number of polls; give how many ended meanwhile."""
        ends: set[float] = set()

        def holds() -> bool:
            ends.update(self.exporter.series("ceph_exporter_poll_timestamp_seconds").values())
            return happened(len(ends) - 1)

        wait_until(holds, f"what was waited for over {self.api}", 120, [self.exporter.log])
        return len(ends) - 1

    def polls(self, count: int) -> None:
        """Wait until so many more polls have ended."""
        self.polls_until(lambda ended: ended >= count)

    def url(self) -> str:
        """Give the URL in use."""
        (labels,) = self.exporter.series("ceph_exporter_source_info")
        return dict(labels)["url"]

    def holds_no_more(self) -> bool:
        """Say whether it has no more threads and descriptors than at first, but for a scrape's."""
        pairs = zip(self.exporter.in_use(), self.in_use, strict=True)
        return all(now <= then + 2 for now, then in pairs)

    def says(self, text: str) -> None:
        """Wait until a text is in the log."""
        wait_until(lambda: self.said(text) > 0, f"{text} in the log", 120, [self.exporter.log])

    def said(self, text: str) -> int:
        """Count a text in the log."""
        return self.exporter.log.read_text().count(text)


class Scrape(NamedTuple):
    """One scrape: when it began, by time.monotonic(), what it took in seconds, and of whom."""

    start: float
    seconds: float
    of_exporter: bool


class Scrapes(threading.Thread):
    """Asks exporters for their pages again and again, as Prometheus does, and a bare server too.

    `faults` is what went wrong.
    """

    def __init__(self, exporters: list[int], bare: int) -> None:
        super().__init__(daemon=True)
        self.faults: list[str] = []
        self._ended = threading.Event()
        self._done: list[Scrape] = []
        self._ports = {**dict.fromkeys(exporters, True), bare: False}

    def run(self) -> None:
        """Ask until it ended."""
        while not self._ended.wait(0.05):
            for port, of_exporter in self._ports.items():
                start = time.monotonic()
                try:
                    scrape(port)
                except (OSError, http.client.HTTPException) as error:
                    self.faults.append(repr(error))
                self._done.append(Scrape(start, time.monotonic() - start, of_exporter))

    def since(self, start: float, *, of_exporter: bool) -> list[float]:
        """Give the seconds of the scrapes from then on."""
        return [
            done.seconds
            for done in self._done
            if done.start >= start and done.of_exporter is of_exporter
        ]

    def close(self) -> None:
        """End it."""
        self._ended.set()
        self.join(20)
