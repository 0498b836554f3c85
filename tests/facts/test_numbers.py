"""Numbers that Ceph cannot mean are absent, in every document."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from ceph_exporter import facts
from ceph_exporter.facts.numbers import amount, amounts, counts
from tests.golden.eras import ERAS, answers

SIGNED = {"id", "rank", "skew", "reports", "status"}
"""Fields that may be negative."""
NAMES = {*SIGNED, "osd", "pool", "poolid", "pool_id", "gid", "data_pools", "metadata_pool"}
NAMES -= {"status"}  # only certain numbers are states of daemons
"""Fields of answers that identify something, or may be negative."""
UNCHECKED = {
    "dashboard/perf_counters",  # so many that the collector checks those that it exports
    "restful/perf",
    "mon store",  # not from Ceph
}


class Row(msgspec.Struct, frozen=True):
    """Some numbers."""

    name: str
    size: float | None = None
    up: bool | None = None


@pytest.mark.parametrize("number", [0, -0.0, 0.5, 1, 2**62, 9.2e18, None])
def test_possible(number: float | None) -> None:
    """Zero, and what is below 2^63, is left as it is, and so is an unknown number."""
    assert amount(number) == number


@pytest.mark.parametrize(
    "number", [-1, -0.001, 2**63, 2**64 - 54, 18446744073709551562.0, 1e30, math.inf, math.nan]
)
def test_impossible(number: float) -> None:
    """What is negative, wrapped around or no number at all is unknown."""
    assert amount(number) is None
    assert amounts(Row("a", number, up=True)) == Row("a", None, up=True)


def test_untouched() -> None:
    """A row without such numbers is the same object, and so are counts."""
    row, numbers = Row("a", 1.0), {"active": 1}
    assert amounts(row) is row
    assert counts(numbers) is numbers
    assert counts({"active": 1, "stale": -1, "down": 2**64 - 3}) == numbers


def numbers_in(value: object, field: str = "") -> Iterator[tuple[str, float]]:
    """Yield each number of a fact with the name of its field."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from numbers_in(getattr(value, name), name)
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers_in(item, field)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from numbers_in(item, field)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield field, value


def paths_of(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each number in an answer, of lists only the first items."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths_of(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:2]):
            yield from paths_of(item, (*path, index))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def replaced(value: Any, path: tuple[Any, ...], number: int) -> Any:  # noqa: ANN401 - any JSON
    """Return the answer with another number at the path."""
    if not path:
        return number
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], number)
    return copy


@pytest.mark.parametrize("number", [-46, 2**64 - 46])
@pytest.mark.parametrize("era", ERAS)
def test_no_document_passes_them_on(era: str, number: int) -> None:
    """Whatever number of a recorded answer is wrong, no count, size or rate of a fact is."""
    for answer in answers(era):
        if answer.wire_format in UNCHECKED:
            continue
        document = json.loads(re.sub(rb"(?<=: )-?nan\b", b"null", answer.body))
        for path in paths_of(document):
            if NAMES.intersection(path[-2:]):
                continue
            body = json.dumps(replaced(document, path, number)).encode()
            try:
                decoded = facts.decode(answer.wire_format, body)
            except facts.DecodeError:
                continue
            wrong = [
                (answer.wire_format, path, field, value)
                for field, value in numbers_in(decoded)
                if field not in SIGNED and not (0 <= value < 2**63 or math.isnan(value))
            ]
            assert not wrong
