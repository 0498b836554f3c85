"""Ceph's own alert rules and dashboards find the metrics and checks that they use."""

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.health import WATCHED
from tests.mixin import CHECKS, DASHBOARDS, RULES


@pytest.mark.parametrize("name", RULES + DASHBOARDS)
def test_a_metric_of_the_mixin_is_declared(name: str) -> None:
    """The exporter declares every metric that Ceph's rules and dashboards use."""
    assert name in {
        metric.name for collector in COLLECTORS.values() for metric in collector.metrics
    }


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_of_a_rule_exists_while_it_is_not_raised(code: str) -> None:
    """The exporter exports each health check of a rule as 0, on every release."""
    assert code in WATCHED
