"""What Prometheus' own linter says of the pages."""

import pytest

from ceph_exporter import own_metrics
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.exposition import Format, lines, page
from ceph_exporter.metric import Metric, one
from ceph_exporter.polling import snapshot
from tests.golden.eras import ERAS, facts_of
from tests.golden.eras import page as page_of
from tests.promtool import PROMTOOL, complaints

DECLARED = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}

pytestmark = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")


def page_with(metrics: tuple[Metric, ...]) -> bytes:
    """Render a page with a sample of each metric."""
    samples = [
        (metric, [(metric.labels(*metric.labels.names), 1)] if metric.labels.names else one(1))
        for metric in metrics
    ]
    return page([lines(samples)], Format.TEXT)


@pytest.mark.parametrize("era", ERAS)
def test_pages_are_clean(era: str) -> None:
    """The linter reads the page of each era and complains of no name but of performance counters.

    Those are named by Ceph's daemons.
    """
    found = complaints(page_of(facts_of(era)))
    assert [line for line in found if line.partition(" ")[0] in DECLARED] == []


@pytest.mark.parametrize(
    "metrics",
    [*(found.metrics for found in COLLECTORS.values()), snapshot.METRICS, own_metrics.METRICS],
    ids=[*COLLECTORS, "own", "process"],
)
def test_names_are_clean(metrics: tuple[Metric, ...]) -> None:
    """The linter complains of no name, type or help that is the project's own choice."""
    assert complaints(page_with(metrics)) == []


def test_the_linter_does_complain() -> None:
    """A bad name is complained of, so that silence means something."""
    bad = Metric("ceph_x_total", "gauge", "Text", "status")
    assert complaints(page_with((bad,))) == [
        'ceph_x_total non-counter metrics should not have "_total" suffix'
    ]
