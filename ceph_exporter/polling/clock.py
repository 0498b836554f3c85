"""The clock that polling uses; tests replace it."""

import time
from typing import Protocol


class Clock(Protocol):
    """The functions of the module `time` that polling calls."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...

    def time(self) -> float:
        """Return unix time in seconds."""
        ...


SYSTEM: Clock = time
