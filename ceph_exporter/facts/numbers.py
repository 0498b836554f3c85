"""Numbers that Ceph cannot mean.

Ceph's counts, sizes and rates are never negative, and no cluster reaches 2^63 of anything. Where a
difference or a sum inside Ceph went below zero, it prints the negative number, or 2^64 less
something (Formatter::dump_unsigned). The true number is unknown then, so it is absent.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

LIMIT = 2.0**63
"""The first number that is wrapped around."""

S = TypeVar("S", bound=msgspec.Struct)
N = TypeVar("N", int, float)
K = TypeVar("K")


def amount(value: N | None) -> N | None:
    """Return a count, size or rate; None if it is negative, wrapped around or no number."""
    return value if value is not None and 0 <= value < LIMIT else None


def amounts(row: S) -> S:
    """Return the row with None instead of each number that is negative or wrapped around.

    For rows of which there are few; none of their fields may have a sign.
    """
    fields = zip(row.__struct_fields__, msgspec.structs.astuple(row), strict=True)
    wrong = {
        name: None
        for name, value in fields
        if isinstance(value, int | float) and not 0 <= value < LIMIT
    }
    return msgspec.structs.replace(row, **wrong) if wrong else row


def counts(numbers: Mapping[K, int]) -> Mapping[K, int]:
    """Return the numbers without those that are negative or wrapped around."""
    if not numbers or (min(numbers.values()) >= 0 and max(numbers.values()) < LIMIT):
        return numbers
    return {key: number for key, number in numbers.items() if 0 <= number < LIMIT}
