"""Durations, sizes and shares, as they are written in flags and files."""

import re

from ceph_exporter.printable import quoted

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:[0-9]{1,15}(?:ms|[smhd])){1,5}")
_LONGEST = 366 * 86400
"""Longest duration in seconds. A longer one is surely a mistake, and Python cannot wait for more
than about 292 years."""
_SHIFTS = {"MiB": 20, "GiB": 30}
_SIZE = re.compile(r"([0-9]{1,6})(MiB|GiB)")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
_ALL = 100
_PART = re.compile(r"(?<![0-9])([0-9]+)(ms|[smhd])")


class Duration(float):
    """A number of seconds, written as Prometheus writes durations: 15s, 1m30s, 500ms."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """Parse a duration; raise a ValueError that says what was expected if it is invalid."""
        if not isinstance(text, str) or not _DURATION.fullmatch(text):
            raise ValueError(f"expected a duration such as 15s or 1m30s, got {quoted(text)}")
        seconds = cls(sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(text)))
        if not seconds:
            raise ValueError(f"expected a duration above 0, got {quoted(text)}")
        if seconds > _LONGEST:
            raise ValueError(f"expected a duration of at most 366d, got {quoted(text)}")
        return seconds

    def __str__(self) -> str:
        """Return the text that `parse` accepts."""
        return f"{int(self)}s" if float(self).is_integer() else f"{self * 1000:.0f}ms"


class Size(int):
    """A number of bytes, written as 64MiB or 1GiB."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Size":
        """Parse a size; raise a ValueError that says what was expected if it is invalid."""
        match = _SIZE.fullmatch(text) if isinstance(text, str) else None
        if not match or not int(match[1]):
            raise ValueError(f"expected a size such as 512MiB or 1GiB, got {quoted(text)}")
        return cls(int(match[1]) << _SHIFTS[match[2]])

    def __str__(self) -> str:
        """Return the text that `parse` accepts."""
        unit = "GiB" if self % (1 << 30) == 0 else "MiB"
        return f"{self >> _SHIFTS[unit]}{unit}"


class Share(float):
    """A fraction of 1, written as a percentage: 3% or 0.5%."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Share":
        """Parse a share; raise a ValueError that says what was expected if it is invalid."""
        match = _SHARE.fullmatch(text) if isinstance(text, str) else None
        if not match or not 0 < float(match[1]) <= _ALL:
            raise ValueError(f"expected a share such as 3% or 0.5%, got {quoted(text)}")
        return cls(float(match[1]) / _ALL)

    def __str__(self) -> str:
        """Return the text that `parse` accepts."""
        return f"{self * _ALL:.4g}%"
