"""Removal of what does not have its type: it costs as little as possible, and in linear time."""

import time
from typing import Annotated, Any

import msgspec
import pytest

from ceph_exporter.facts.odd_fields import EACH, WHOLE, Fitted, fit


class Limits(msgspec.Struct, frozen=True):
    """Two numbers that Ceph leaves out while they are 0."""

    low: float = 0
    high: int = 0


class Disk(msgspec.Struct, frozen=True):
    """A row."""

    id: int
    size: float | None = None
    tags: tuple[str, ...] = ()


class Shelf(msgspec.Struct, frozen=True):
    """A document."""

    owner: str
    on: bool | None = False
    limits: Limits = Limits()
    disks: tuple[Disk, ...] = ()
    slots: tuple[Disk | None, ...] = ()
    by_name: dict[str, Disk] = {}
    counts: Annotated[dict[str, int], WHOLE] = {}
    seats: Annotated[tuple[int, ...], EACH] = ()
    inner: "Shelf | None" = None


def fitted(**fields: Any) -> tuple[Shelf, dict[str, int]]:  # noqa: ANN401 - any JSON
    """Return the document without its odd fields, and these."""
    result = fit(Shelf, msgspec.json.encode({"owner": "x", **fields}))
    return msgspec.json.decode(result.body, type=Shelf, strict=False), dict(result.dropped)


@pytest.mark.parametrize(
    ("fields", "dropped", "expected"),
    [
        ({}, {}, {}),
        ({"on": "soon"}, {"on": 1}, {"on": None}),
        ({"disks": 5}, {"disks": 1}, {}),
        ({"disks": [{"id": 1, "size": []}]}, {"disks[].size": 1}, {"disks": (Disk(1),)}),
        ({"disks": [{"id": 1, "tags": ["x", 2]}]}, {"disks[].tags": 1}, {"disks": (Disk(1),)}),
        ({"disks": [{"id": "1"}, {"size": 2}, 3]}, {"disks[]": 2}, {"disks": (Disk(1),)}),
        ({"disks": [{"id": [], "size": "x"}]}, {"disks[]": 1}, {}),
        ({"slots": [{"id": 1}, {}]}, {"slots[]": 1}, {"slots": (Disk(1), None)}),
        ({"by_name": {"a": {"id": 1}, "b": 2}}, {"by_name[]": 1}, {"by_name": {"a": Disk(1)}}),
        ({"seats": [1, "x", 3]}, {"seats[]": 1}, {"seats": (1, 3)}),
        ({"counts": {"a": 1, "b": "x"}}, {"counts": 1}, {}),
        ({"inner": {"on": 1.5, "owner": "y"}}, {"inner.on": 1}, {"inner": Shelf("y", on=None)}),
        ({"inner": {"owner": None}}, {"inner": 1}, {}),
        ({"limits": {"high": "x", "low": 1}}, {"limits.high": 1}, {"limits": Limits(1)}),
    ],
)
def test_only_what_does_not_fit_is_dropped(
    fields: dict[str, Any], dropped: dict[str, int], expected: dict[str, Any]
) -> None:
    """Each odd field is dropped with its path, a row with a broken key as a row."""
    assert fitted(**fields) == (Shelf("x", **expected), dropped)


@pytest.mark.parametrize("odd", [{"low": "many"}, {"low": None}, "none"])
def test_a_number_that_is_left_out_while_it_is_0_is_nan(odd: object) -> None:
    """Unknown is not 0, whether the number is odd or the object around it."""
    shelf, dropped = fitted(limits=odd)
    assert shelf.limits.low != shelf.limits.low
    assert sum(dropped.values()) == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"[]", "Expected `object`, got `array`"),
        (b'{"on": 3}', "Object missing required field `owner`"),
        (b'{"owner": 3, "on": 3}', "Expected `str`, got `int` - at `owner`"),
        (b'{"owner": "x", "on": 3, "disks": [}', "JSON is malformed: invalid character (byte 34)"),
    ],
)
def test_a_document_without_a_required_field_is_an_error(body: bytes, text: str) -> None:
    """The error names the field, in one line."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        fit(Shelf, body)
    assert str(caught.value) == text


@pytest.mark.parametrize("body", [b'[{"x": 1}, 2]', b"[[]]"])
def test_an_answer_without_a_good_row_is_another_document(body: bytes) -> None:
    """Where no row fits, the answer is not the document at all."""
    with pytest.raises(ValueError, match=r"Object missing|Expected"):
        fit(tuple[Disk, ...], body)


def test_an_answer_without_a_good_field_is_another_document() -> None:
    """Where all that is used is odd, the answer is not the document at all."""
    with pytest.raises(ValueError, match="got `str` - at `low`"):
        fit(Limits, b'{"low": "x", "high": "x", "other": 1}')


def test_fields_that_are_not_used_stay_as_they_are() -> None:
    """What no struct declares is neither read nor changed."""
    body = b'{"owner":"x","on":"x","other":{"a":[1e400,null]}}'
    assert fit(Shelf, body) == Fitted(
        b'{"owner":"x","on":null,"other":{"a":[1e400,null]}}', {"on": 1}
    )


def test_many_odd_rows_take_linear_time() -> None:
    """Ten times as many odd rows do not take a hundred times as long."""

    def seconds(rows: int) -> float:
        body = msgspec.json.encode({"owner": "x", "disks": [{"id": 1, "size": "x"}] * rows})
        start = time.process_time()
        assert fit(Shelf, body).dropped == {"disks[].size": rows}
        return time.process_time() - start

    few = min(seconds(3_000) for _ in range(3))
    assert seconds(30_000) < 40 * few


def test_deep_nesting_is_dropped() -> None:
    """An odd field far inside a type that contains itself costs the part that is too deep."""
    body = b'{"owner":"x","inner":' * 200 + b"3" + b"}" * 200
    assert sum(fit(Shelf, body).dropped.values()) == 1
