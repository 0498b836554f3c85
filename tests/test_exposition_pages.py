"""Whole pages in both formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.exposition import Format, lines, page, within_limit
from ceph_exporter.metric import Labels, Metric, Type, one
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
