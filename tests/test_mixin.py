"""Ceph's own alert rules and dashboards find the metrics and checks that they use."""

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.health import KNOWN
from tests.mixin import CHECKS, DASHBOARDS, RULES


@pytest.mark.parametrize("name", RULES + DASHBOARDS)
def test_a_metric_of_the_mixin_is_declared(name: str) -> None:
    """Every metric that Ceph's rules and dashboards take from its mgr module is one of ours."""
    assert name in {metric.name for found in COLLECTORS.values() for metric in found.metrics}


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_of_a_rule_is_there_while_it_is_not_raised(code: str) -> None:
    """A rule that names a health check finds it at 0, on every release."""
    assert code in KNOWN
