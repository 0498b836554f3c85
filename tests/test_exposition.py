"""Rendering of families in both formats."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ceph_exporter.exposition import Format, Renderer, lines, page, singles, within_limit
from ceph_exporter.metric import Columns, Family, Labels, Metric, Type, Value, one
from tests.golden.parsers import parse_openmetrics, parse_text

PLAIN = Metric("ceph_plain", "gauge", "Plain", "status")
LABELLED = Metric("ceph_labelled", "gauge", "Labelled", "status", Labels("x"))
FORMATS = pytest.mark.parametrize("format_", Format)


def metric(name: str, type_: Type = "gauge", text: str = "Text") -> Metric:
    """Return a metric without labels."""
    return Metric(name, type_, text, "status")


def text_of(*families: Metric, format_: Format = Format.TEXT) -> str:
    """Return a page on which each of these metrics is 1."""
    return page([lines((family, one(1)) for family in families)], format_).decode()


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


def test_a_page_beyond_the_limit_loses_its_largest_families() -> None:
    """The largest families are left out from all clusters, until the others fit."""
    two = [('x="a"', 1), ('x="b"', 2)]
    clusters = [lines([(LABELLED, two), (PLAIN, one(1))], f'cluster="{n}"') for n in (1, 2)]
    assert within_limit(clusters, 6) == (clusters, 0)
    remaining, cut = within_limit(clusters, 5)
    assert (cut, [list(cluster) for cluster in remaining]) == (4, [[PLAIN], [PLAIN]])
    assert within_limit(clusters, 1)[1] == 6


def test_text_page() -> None:
    """The text format has HELP and TYPE before each family, sorts by name and has no end mark."""
    assert text_of(metric("ceph_b"), metric("ceph_a", "untyped"), metric("ceph_c", "counter")) == (
        "# HELP ceph_a Text\n# TYPE ceph_a untyped\nceph_a 1\n"
        "# HELP ceph_b Text\n# TYPE ceph_b gauge\nceph_b 1\n"
        "# HELP ceph_c Text\n# TYPE ceph_c counter\nceph_c 1\n"
    )


def test_openmetrics_page() -> None:
    """OpenMetrics calls untyped families unknown and ends with an end mark."""
    page_ = text_of(metric("ceph_b"), metric("ceph_a", "untyped"), format_=Format.OPENMETRICS)
    assert page_ == (
        "# HELP ceph_a Text\n# TYPE ceph_a unknown\nceph_a 1\n"
        "# HELP ceph_b Text\n# TYPE ceph_b gauge\nceph_b 1\n"
        "# EOF\n"
    )


def test_counters_in_openmetrics() -> None:
    """A counter in `_total` is declared without the suffix; any other counter is unknown."""
    total, other = metric("ceph_x_total", "counter"), metric("ceph_y", "counter")
    assert text_of(total, other, format_=Format.OPENMETRICS) == (
        "# HELP ceph_x Text\n# TYPE ceph_x counter\nceph_x_total 1\n"
        "# HELP ceph_y Text\n# TYPE ceph_y unknown\nceph_y 1\n"
        "# EOF\n"
    )
    assert "# TYPE ceph_x_total counter\nceph_x_total 1\n" in text_of(total, other)


def test_counters_are_read_by_the_strict_parser() -> None:
    """The strict parser accepts counters with and without `_total`."""
    families = (metric("ceph_x_total", "counter"), metric("ceph_y", "counter"))
    read = parse_openmetrics(text_of(*families, format_=Format.OPENMETRICS))
    assert [(family.name, family.type) for family in read] == [
        ("ceph_x", "counter"),
        ("ceph_y", "unknown"),
    ]


@FORMATS
def test_page_of_several_clusters(format_: Format) -> None:
    """Lines of several clusters follow one header, in the order of the clusters."""
    clusters = [lines([(PLAIN, one(n))], f'cluster="{n}"') for n in (2, 1)]
    end = "# EOF\n" if format_ is Format.OPENMETRICS else ""
    assert page(clusters, format_).decode() == (
        "# HELP ceph_plain Plain\n# TYPE ceph_plain gauge\n"
        f'ceph_plain{{cluster="2"}} 2\nceph_plain{{cluster="1"}} 1\n{end}'
    )


def test_content_types() -> None:
    """The value of a format is its Content-Type."""
    assert Format("text/plain; version=0.0.4; charset=utf-8") is Format.TEXT
    assert Format.OPENMETRICS.value.startswith("application/openmetrics-text; version=1.0.0")


def test_help_is_escaped() -> None:
    """HELP stays on one line: backslash and line feed are escaped, in OpenMetrics also quotes."""
    family = metric("ceph_a", text='a\\b "c"\nd')
    assert text_of(family).startswith('# HELP ceph_a a\\\\b "c"\\nd\n')
    openmetrics = text_of(family, format_=Format.OPENMETRICS)
    assert openmetrics.startswith('# HELP ceph_a a\\\\b \\"c\\"\\nd\n')


@given(st.text().map(lambda text: text.strip()))
def test_help_survives(text: str) -> None:
    """Any HELP text is parsed back unchanged, by both parsers of prometheus-client."""
    family = metric("ceph_a", text=text)
    (strict,) = parse_openmetrics(text_of(family, format_=Format.OPENMETRICS))
    assert strict.documentation == text
    (loose,) = parse_text(text_of(family))
    assert " ".join(loose.documentation.split()) == " ".join(text.split())


@given(st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)), st.text())
def test_pages_survive(values: dict[str, float], cluster: str) -> None:
    """Any labels and values are parsed back unchanged, from both formats."""
    samples = [(LABELLED.labels(label), value) for label, value in values.items()]
    rendered = [lines([(LABELLED, samples), (PLAIN, one(1))], Labels("cluster")(cluster))]
    for parse, format_ in ((parse_text, Format.TEXT), (parse_openmetrics, Format.OPENMETRICS)):
        read = {family.name: family for family in parse(page(rendered, format_).decode())}
        assert read["ceph_plain"].samples[0].labels == {"cluster": cluster}
        labelled = read["ceph_labelled"].samples if values else []
        assert {sample.labels["x"]: sample.value for sample in labelled} == values
        assert all(sample.labels["cluster"] == cluster for sample in labelled)


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
