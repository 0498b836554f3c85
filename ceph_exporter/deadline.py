"""How much time is left, and how much has passed; imports nothing from the package."""

import time


class Deadline:
    """A point in time by which all the work of a poll or of a request must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def part(self, share: float) -> "Deadline":
        """Return a deadline that ends after this share (0 to 1) of the time left."""
        return Deadline(self.left * share)


def elapsed(start: float) -> float:
    """Return the seconds that have passed since `start` by `time.monotonic()`."""
    return time.monotonic() - start
