"""Durations as Go writes them, which the web configuration file uses."""

import re

_GO_PART = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(ns|us|µs|μs|ms|s|m|h)")
_GO_DURATION = re.compile(rf"(?:{_GO_PART.pattern}){{1,8}}")
_GO_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,  # the micro sign
    "μs": 1e-6,  # the Greek letter
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3600,
}
_LONGEST = 366 * 86400


class Interval(float):
    """Seconds, written as a duration of Go: 1s, 1.5s, 100ms, or 0."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> "Interval":
        """Return the duration in seconds; raises ValueError, which says what was expected."""
        if value in (0, "0") and not isinstance(value, bool):
            return cls(0)
        if not isinstance(value, str) or not _GO_DURATION.fullmatch(value):
            raise ValueError("expected a duration such as 1s or 100ms, or 0")
        seconds = sum(float(n) * _GO_UNITS[unit] for n, unit in _GO_PART.findall(value))
        if seconds > _LONGEST:
            raise ValueError("expected a duration of at most 8784h")
        return cls(seconds)
