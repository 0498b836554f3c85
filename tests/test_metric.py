"""The metric model: declarations, labels and single samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.metric import NO_LABELS, Labels, Metric, escape, one
from tests.golden.parsers import parse_openmetrics, parse_text


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("plain", "plain"),
        ("", ""),
        ('say "a"', r"say \"a\""),
        ("C:\\n", r"C:\\n"),
        ("two\nlines", r"two\nlines"),
        ("tab\tand\rreturn {a,b=c} #", "tab\tand\rreturn {a,b=c} #"),
        ("Grüße \u2028 \U0001f419", "Grüße \u2028 \U0001f419"),
    ],
)
def test_escape(value: str, escaped: str) -> None:
    """Backslashes, quotes and line feeds are escaped, nothing else is."""
    assert escape(value) == escaped


def test_labels() -> None:
    """The block of a series has its labels in the order of the names."""
    labels = Labels("monitor", "ceph_daemon")
    assert labels.names == ("monitor", "ceph_daemon")
    assert labels('a"', "mon.a") == r'monitor="a\"",ceph_daemon="mon.a"'
    assert NO_LABELS() == ""


@pytest.mark.parametrize("values", [(), ("a",), ("a", "b", "c")])
def test_each_label_wants_a_value(values: tuple[str, ...]) -> None:
    """A collector that gives too few or too many values finds out at once."""
    labels = Labels("monitor", "ceph_daemon")
    with pytest.raises(TypeError):
        labels(*values)


@given(st.text(), st.text())
def test_values_survive(first: str, second: str) -> None:
    """Any two label values are read back as they were, by both of Prometheus' own parsers."""
    line = f"x{{{Labels('a', 'b')(first, second)}}} 1\n"
    (text,) = parse_text(line)
    (openmetrics,) = parse_openmetrics(f"# TYPE x gauge\n{line}# EOF\n")
    expected = {"a": first, "b": second}
    assert [family.samples[0].labels for family in (text, openmetrics)] == [expected, expected]


@pytest.mark.parametrize("value", [None, 0, True, 1.5])
def test_one(value: float | None) -> None:
    """A metric without labels has one sample, whatever its value."""
    assert list(one(value)) == [("", value)]


@pytest.mark.parametrize(
    ("fields", "suffix"),
    [
        ({}, ""),
        ({"since": "14"}, " (Ceph 14 and later)"),
        ({"until": "11"}, " (Ceph 11 and earlier)"),
        ({"since": "0.72", "until": "11"}, " (Ceph 0.72 to 11)"),
        ({"until": "11", "later": "with --flag"}, " (Ceph 11 and earlier; later only with --flag)"),
        ({"unit": "bytes", "detail": "A sentence."}, ""),
    ],
)
def test_help_line(fields: dict[str, str], suffix: str) -> None:
    """The help on the page names the releases; unit and detail are for the documentation."""
    assert (
        Metric("ceph_x", "gauge", "Text", "status", NO_LABELS, **fields).help_line
        == f"Text{suffix}"
    )


def test_equal_metrics_are_one_family() -> None:
    """Families of two clusters, declared from the names of their counters, are joined."""
    metrics = [Metric("ceph_x", "gauge", "Text", "status", NO_LABELS) for _ in range(2)]
    assert len(set(metrics)) == 1
