"""Detection of impossible numbers.

Ceph's counts, sizes and rates are never negative, and no cluster reaches 2^63 of anything. If a
calculation inside Ceph goes below zero, Ceph prints the negative number, or wraps it around to a
number slightly below 2^64 (Formatter::dump_unsigned). The true number is then unknown.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

LIMIT = 2.0**63
"""Numbers from here on are negative numbers that were wrapped around."""

S = TypeVar("S", bound=msgspec.Struct)
N = TypeVar("N", int, float)
K = TypeVar("K")


def amount(value: N | None) -> N | None:
    """Return a count, size or rate; None if it is None, negative, wrapped around, nan or inf."""
    return value if value is not None and 0 <= value < LIMIT else None


def amounts(row: S) -> S:
    """Return the row, with None for each number that is negative, wrapped around, nan or inf.

    Use it only for rows whose fields are never negative. It is slow, so use it for short lists.
    """
    fields = zip(row.__struct_fields__, msgspec.structs.astuple(row), strict=True)
    wrong = {
        name: None
        for name, value in fields
        if isinstance(value, int | float) and not 0 <= value < LIMIT
    }
    return msgspec.structs.replace(row, **wrong) if wrong else row


def counts(numbers: Mapping[K, int]) -> Mapping[K, int]:
    """Return the numbers without impossible ones; if all are possible, return the same object."""
    if not numbers or (min(numbers.values()) >= 0 and max(numbers.values()) < LIMIT):
        return numbers
    return {key: number for key, number in numbers.items() if 0 <= number < LIMIT}
