"""The families of a collector in forms that tests can compare.

`names` are the families that a test is about, by default all: a metric that is added to a collector
is covered by tests of its own, and leaves the others as they are.
"""

from collections.abc import Collection, Iterable

from ceph_exporter import exposition
from ceph_exporter.metric import Family, Metric


def _rendered(families: Iterable[Family], names: Collection[str]) -> dict[Metric, bytes]:
    lines = exposition.lines(families)
    return {metric: text for metric, text in lines.items() if not names or metric.name in names}


def by_family(families: Iterable[Family], names: Collection[str] = ()) -> dict[str, list[str]]:
    """Return the sample lines by family, without the family's name."""
    return {
        metric.name: [line.removeprefix(metric.name) for line in text.decode().splitlines()]
        for metric, text in _rendered(families, names).items()
    }


def sample_lines(families: Iterable[Family], names: Collection[str] = ()) -> list[str]:
    """Return all sample lines."""
    return b"".join(_rendered(families, names).values()).decode().splitlines()


def by_series(families: Iterable[Family], names: Collection[str] = ()) -> dict[str, str]:
    """Return the values by series."""
    return dict(line.rpartition(" ")[::2] for line in sample_lines(families, names))
