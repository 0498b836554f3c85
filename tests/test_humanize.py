"""Sizes and durations as a person reads them."""

import pytest

from ceph_exporter import humanize


@pytest.mark.parametrize(
    ("number", "duration", "size"),
    [
        (None, "", ""),
        (0.0041, "4 ms", "0 B"),
        (1.25, "1.2 s", "1 B"),
        (42, "42 s", "42 B"),
        (600, "10 min", "600 B"),
        (7200, "2 h", "7.2 kB"),
        (2.5e6, "694 h", "2.5 MB"),
        (3e9, "833333 h", "3.0 GB"),
        (4.5e12, "1250000000 h", "4.5 TB"),
        (6e18, "1666666666666667 h", "6000.0 PB"),
    ],
)
def test_numbers_are_written_for_a_person(number: float | None, duration: str, size: str) -> None:
    """Durations and sizes have few digits and a unit."""
    assert humanize.duration(number) == duration
    assert humanize.size(number) == size
