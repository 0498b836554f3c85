"""Deadlines and elapsed time. This module imports nothing from the package."""

import time


class Deadline:
    """A point in time by which all the work of a poll or of a request must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0 if it has passed."""
        return max(0.0, self._end - time.monotonic())

    def part(self, share: float) -> "Deadline":
        """Return a deadline for a fraction (0 to 1) of the time left."""
        return Deadline(self.left * share)


def elapsed(start: float) -> float:
    """Return the seconds since `start`, which is a result of `time.monotonic()`."""
    return time.monotonic() - start
