"""Rendering of families into sample lines, which are the same in both formats."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ceph_exporter.exposition import Format, Renderer, lines, page, singles
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value, one

PLAIN = Metric("ceph_plain", "gauge", "Plain", "status")
LABELLED = Metric("ceph_labelled", "gauge", "Labelled", "status", Labels("x"))


def metric(name: str) -> Metric:
    """Return a gauge without labels."""
    return Metric(name, "gauge", "Text", "status")


def number(value: Value) -> str | None:
    """Return the text of a value on the page, None if it is absent."""
    text = lines([(PLAIN, one(value))]).get(PLAIN)
    return None if text is None else text.decode().removeprefix("ceph_plain ").removesuffix("\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1, "-1"),
        (True, "1"),
        (False, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (10.0, "10"),
        (-10.0, "-10"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (9.1e-05, "0.000091"),
        (1.5e-7, "1.5e-7"),
        (18567393280.0, "18567393280"),
        (2**53 + 1, "9007199254740993"),
        (2**63, "9223372036854775808"),
        (-(2**63), "-9223372036854775808"),
        (1e16, "1e16"),
        (10**30, "1000000000000000000000000000000"),
        (1e300, "1e300"),
        (10**400, None),
        (-(10**400), None),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
        (None, None),
    ],
)
def test_number(value: Value, text: str | None) -> None:
    """A whole number has no decimal point; a value that is not a finite number is absent."""
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70))
@example(5e-324)
@example(1.7976931348623157e308)
@example(2.0**63)
def test_number_survives(value: float) -> None:
    """Any finite number is parsed back as the same 64-bit float."""
    text = number(value)
    assert text is not None
    assert float(text) == float(value)


def test_sample_lines() -> None:
    """A sample is one line of name, labels in braces, and value."""
    rendered = lines([(PLAIN, one(1.5)), (LABELLED, [('x="a"', 1), ('x="b"', 0)])])
    assert rendered == {
        PLAIN: b"ceph_plain 1.5\n",
        LABELLED: b'ceph_labelled{x="a"} 1\nceph_labelled{x="b"} 0\n',
    }


def test_prefix() -> None:
    """The label of the cluster comes first, whether or not the sample has other labels."""
    rendered = lines([(PLAIN, one(1)), (LABELLED, [('x="a"', 2)])], 'cluster="prod"')
    assert rendered == {
        PLAIN: b'ceph_plain{cluster="prod"} 1\n',
        LABELLED: b'ceph_labelled{cluster="prod",x="a"} 2\n',
    }


def test_families_without_samples() -> None:
    """A family without a known value is absent from the page, including its header."""
    families = [(PLAIN, one(None)), (LABELLED, [('x="a"', math.nan)])]
    assert lines(families) == {}
    assert page([lines(families)], Format.TEXT) == b""


def test_duplicates() -> None:
    """The last of several samples with equal labels is used, even if its value is unknown."""
    rendered = lines([(LABELLED, [('x="a"', 1), ('x="b"', 2), ('x="a"', 3), ('x="b"', None)])])
    assert rendered == {LABELLED: b'ceph_labelled{x="a"} 3\n'}


def test_samples_from_a_generator() -> None:
    """Samples are iterated only once, so they may come from a generator."""
    assert lines([(LABELLED, ((f'x="{n}"', n) for n in range(2)))]) == {
        LABELLED: b'ceph_labelled{x="0"} 0\nceph_labelled{x="1"} 1\n'
    }


def test_columns() -> None:
    """Unknown and repeated samples in columns are left out as they are in pairs."""
    values = Columns(('x="a"', 'x="b"', 'x="c"', 'x="a"'), [1.0, None, -0.0, True])
    assert lines([(LABELLED, values)]) == {
        LABELLED: b'ceph_labelled{x="a"} 1\nceph_labelled{x="c"} 0\n'
    }


Polls = list[list[tuple[list[str], list[Value]]]]


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.lists(st.sampled_from("abc"), max_size=3),
                st.lists(st.none() | st.booleans() | st.floats() | st.integers(), min_size=3),
            ),
            max_size=3,
        ),
        max_size=4,
    )
)
def test_earlier_polls_do_not_change_the_result(polls: Polls) -> None:
    """A renderer returns the same lines as a new one, whatever it rendered before."""
    renderer = Renderer()
    blocks: dict[tuple[str, ...], tuple[str, ...]] = {}
    for poll in polls:
        families = []
        for number_, (names, values) in enumerate(poll):
            labels = tuple(f'x="{name}"' for name in names)
            column = Columns(blocks.setdefault(labels, labels), values[: len(labels)])
            families.append((metric(f"ceph_{number_ % 2}"), column))
        assert renderer.lines(families) == lines(families)


def test_unchanged_families_are_reused() -> None:
    """A family with the same blocks and equal values is the same bytes object in the next poll."""
    renderer, blocks = Renderer(), ('x="a"', 'x="b"')
    first = renderer.lines([(LABELLED, Columns(blocks, [1, 2]))])
    second = renderer.lines([(LABELLED, Columns(blocks, [1, 2]))])
    assert second[LABELLED] is first[LABELLED]
    assert renderer.lines([(LABELLED, Columns(blocks, [1, 3]))])[LABELLED].endswith(b"3\n")
    assert renderer.lines([]) == {}


def test_a_collector_beyond_the_limit_loses_whole_families() -> None:
    """A family that would exceed the limit is left out; a later, smaller one may still fit."""
    renderer, two = Renderer(limit=3), [('x="a"', 1), ('x="b"', 2)]
    families: list[Family] = [(metric("ceph_a"), two), (metric("ceph_b"), two), (PLAIN, one(1))]
    assert {family.name for family in renderer.lines(families)} == {"ceph_a", "ceph_plain"}
    assert (renderer.series, renderer.cut) == (3, 2)
    renderer.lines(families[:1])
    assert (renderer.series, renderer.cut) == (2, 0)


@pytest.mark.parametrize("value", [0, 12, 0.25, 1e-06, 1795648103.8010132, True, False])
def test_singles_agree_with_lines(value: float) -> None:
    """`singles` renders the same value as `lines`."""
    ((_, single),) = singles([(PLAIN, value)]).items()
    ((_, line),) = lines([(PLAIN, one(value))]).items()
    assert single.split()[0] == line.split()[0]
    assert float(single.split()[1]) == float(line.split()[1])


def test_an_unknown_single_is_absent() -> None:
    """A family whose value is None is absent."""
    assert singles([(PLAIN, None)]) == {}
