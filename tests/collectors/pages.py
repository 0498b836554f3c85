"""The families of a collector in forms that tests can compare."""

from collections.abc import Iterable

from ceph_exporter import exposition
from ceph_exporter.metric import Family


def by_family(families: Iterable[Family]) -> dict[str, list[str]]:
    """Return the sample lines by family, without the family's name."""
    return {
        metric.name: [line.removeprefix(metric.name) for line in text.decode().splitlines()]
        for metric, text in exposition.lines(families).items()
    }


def sample_lines(families: Iterable[Family]) -> list[str]:
    """Return all sample lines."""
    return b"".join(exposition.lines(families).values()).decode().splitlines()


def by_series(families: Iterable[Family]) -> dict[str, str]:
    """Return the values by series."""
    return dict(line.rpartition(" ")[::2] for line in sample_lines(families))
