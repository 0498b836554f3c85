"""The clock that polling lives by; tests pass one of their own."""

import time
from typing import Protocol


class Clock(Protocol):
    """What polling uses of the module `time`."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...

    def time(self) -> float:
        """Return unix time in seconds."""
        ...


SYSTEM: Clock = time
