"""Exporters that tests watch during a fault, and the scrapes in the meantime."""

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
    """An exporter, its own copies of the files in its flags, and what it used at first.

    place: the CA's certificate, or the ceph.conf for rados. in_use: numbers of threads and of
    open descriptors.
    """

    exporter: Exporter
    api: str
    secret: Path
    place: Path
    in_use: tuple[int, int]

    def awaits(
        self, metric: str, predicate: Callable[[set[float]], bool], /, **labels: str
    ) -> None:
        """Wait until the predicate holds for the values of a metric's samples with these labels."""
        wanted = labels.items()

        def holds() -> bool:
            rows = self.exporter.series(metric).items()
            return predicate({value for block, value in rows if wanted <= dict(block).items()})

        wait_until(holds, f"{metric} {labels} over {self.api}", 120, [self.exporter.log])

    def shows(self, metric: str, value: float | None, /, **labels: str) -> None:
        """Wait until all samples with these labels have this value; None: there are none."""
        wanted = set() if value is None else {value}
        self.awaits(metric, lambda rows: rows == wanted, **labels)

    def polls_until(self, happened: Callable[[int], bool]) -> int:
        """Wait until `happened` holds for the number of polls since; return that number."""
        ends: set[float] = set()

        def holds() -> bool:
            ends.update(self.exporter.series("ceph_exporter_poll_timestamp_seconds").values())
            return happened(len(ends) - 1)

        wait_until(holds, f"what was waited for over {self.api}", 120, [self.exporter.log])
        return len(ends) - 1

    def polls(self, count: int) -> None:
        """Wait until this number of further polls ended."""
        self.polls_until(lambda ended: ended >= count)

    def url(self) -> str:
        """Return the URL in use."""
        (labels,) = self.exporter.series("ceph_exporter_source_info")
        return dict(labels)["url"]

    def holds_no_more(self) -> bool:
        """Return whether it has no more threads and descriptors than at first, but two."""
        pairs = zip(self.exporter.in_use(), self.in_use, strict=True)
        return all(now <= then + 2 for now, then in pairs)

    def wait_for_log(self, text: str) -> None:
        """Wait until the text is in the log."""
        wait_until(
            lambda: self.times_logged(text) > 0, f"{text} in the log", 120, [self.exporter.log]
        )

    def times_logged(self, text: str) -> int:
        """Return how often the text is in the log."""
        return self.exporter.log.read_text().count(text)


class Scrape(NamedTuple):
    """One scrape: its start by time.monotonic(), its length in seconds, and which server it was."""

    start: float
    seconds: float
    of_exporter: bool


class Scrapes(threading.Thread):
    """Scrapes exporters and a bare server repeatedly; `faults` are the errors."""

    def __init__(self, exporters: list[int], bare: int) -> None:
        super().__init__(daemon=True)
        self.faults: list[str] = []
        self._ended = threading.Event()
        self._done: list[Scrape] = []
        self._ports = {**dict.fromkeys(exporters, True), bare: False}

    def run(self) -> None:
        """Scrape until it is closed."""
        while not self._ended.wait(0.05):
            for port, of_exporter in self._ports.items():
                start = time.monotonic()
                try:
                    scrape(port)
                except (OSError, http.client.HTTPException) as error:
                    self.faults.append(repr(error))
                self._done.append(Scrape(start, time.monotonic() - start, of_exporter))

    def since(self, start: float, *, of_exporter: bool) -> list[float]:
        """Return the lengths in seconds of the scrapes that started at `start` or later."""
        return [
            done.seconds
            for done in self._done
            if done.start >= start and done.of_exporter is of_exporter
        ]

    def close(self) -> None:
        """Stop the thread."""
        self._ended.set()
        self.join(20)
