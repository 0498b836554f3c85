"""Any JSON value in place of any field of any document costs at most that document."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter import exposition, facts
from ceph_exporter.facts import DecodeError, Decoder, Facts
from tests.golden.eras import ERAS, answers, facts_of, families, page, samples
from tests.golden.parsers import parse_openmetrics, parse_text

Path: TypeAlias = tuple[str | int, ...]

repaired: Decoder[msgspec.Raw] = Decoder(msgspec.Raw)


class Place(NamedTuple):
    """One node of one document."""

    wire_format: str
    document: Any
    path: Path


def paths(node: Any, above: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - any JSON
    """Yield the path of each node, the root's first."""
    yield above
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from paths(inner, (*above, key))


def places(era: str) -> list[Place]:
    """Return each node of each document of an era; of a list's rows, one row per key suffices."""
    documents = [
        (answer.wire_format, json.loads(bytes(repaired(answer.body)))) for answer in answers(era)
    ]
    decoded = {
        (wire_format, *("" if isinstance(key, int) else key for key in path)): Place(
            wire_format, node, path
        )
        for wire_format, node in documents
        for path in paths(node)
    }
    return list(decoded.values())


def replaced(node: Any, path: Path, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a copy of a document with another value at a path."""
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


# Texts that resemble those from which values are extracted.
texts = (
    st.sampled_from(
        [
            "nan",
            "-inf",
            "1e999",
            "9" * 5000,
            "HEALTH_OK",
            "HEALTH_GREAT",
            "mon.a has " + "9" * 5000 + "% avail",
            "mon.a is 1..2 GiB >= mon_data_size_warn (15 GiB)",
            "mon.a clock skew 1.2.3s > max .s (latency .s)",
            "9" * 5000 + " slow ops",
            "\u0663 slow ops, oldest one blocked",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "0.067",
            '\x00\r\n\u2028"\\{},=',
        ]
    )
    | st.text()
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([0, -1, 2**63, 2**64, 10**30, 10**400, 1e308, -0.0])
)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("era", ERAS)
def test_any_value_anywhere(era: str) -> None:
    """A document with any value in any place is refused, or the page with it stays readable.

    It is shown together with all other documents of its cluster, as collectors read several. What
    Prometheus would refuse is refused by its parsers here, and no series is there twice.
    """
    nodes = places(era)
    assert len(nodes) > 50
    originals = facts_of(era)
    expected = exposition.lines(families(originals))

    @given(st.sampled_from(nodes), values)
    def check(place: Place, value: Any) -> None:  # noqa: ANN401 - any JSON
        body = json.dumps(replaced(place.document, place.path, value)).encode()
        try:
            decoded = facts.decode(place.wire_format, body)
        except DecodeError as error:
            assert re.fullmatch(r"[^\n]+", str(error))  # noqa: PT017 - no other error is allowed
            return
        changed = Facts({**originals._facts, **{type(fact): fact for fact in decoded}})
        shown = exposition.lines(families(changed))
        other = {metric: text for metric, text in shown.items() if expected.get(metric) != text}
        text = exposition.page([other], exposition.Format.TEXT).decode()
        lines = samples(text)
        assert sum(len(family.samples) for family in parse_text(text)) == len(lines)
        assert len({line.rpartition(" ")[0] for line in lines}) == len(lines)
        parse_openmetrics(exposition.page([other], exposition.Format.OPENMETRICS).decode())

    check()


@pytest.mark.parametrize("era", ERAS)
def test_each_place_with_each_kind(era: str) -> None:
    """Every place of every document takes one value of each kind without a crash."""
    kinds: list[Any] = [None, True, -1.5, 10**400, "\u0663", "nan", [], [[]], {}, {"": {}}]
    outcomes = set()
    for place in places(era):
        for value in kinds:
            body = json.dumps(replaced(place.document, place.path, value)).encode()
            try:
                page(Facts.of(*facts.decode(place.wire_format, body)))
            except DecodeError:
                outcomes.add("refused")
            else:
                outcomes.add("shown")
    assert outcomes == {"refused", "shown"}
