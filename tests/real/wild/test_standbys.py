"""Standby mgrs that answer an error, and proxies in front of mgrs, through failovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testbed.waiting import wait_until
from tests.real.wild.failovers import answer_errors, fail_over, shows_health, status, watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from testbed.ceph import CephCluster
    from testbed.proxy import Proxies
    from tests.real.faults.watched import Watched

pytestmark = pytest.mark.real


@pytest.mark.parametrize("code", [500, 503, 404])
def test_standbys_that_answer_an_error(wild: CephCluster, both: Watched, code: int) -> None:
    """With standby_behaviour=error, a failover is followed there and back without a restart."""
    answer_errors(wild, code)
    shows_health(both)
    for _ in range(2):
        active = fail_over(wild)
        (other,) = set(wild.mgrs) - {active}
        url = wild.dashboard_urls[wild.mgrs.index(active)]
        both.awaits("ceph_exporter_source_info", bool, url=url)
        shows_health(both)
        assert both.url() == url
        wild.wait(lambda other=other: status(wild, other) == code, "error of the standby", 60)  # type: ignore[misc]
        both.polls(2)
        shows_health(both)
    assert both.times_logged("documents unsupported") <= 1


def test_proxies_in_front_of_mgrs(
    wild: CephCluster, both: Watched, behind: Mapping[str, Watched]
) -> None:
    """Through a failover there and back, one URL is enough where the proxy leads to both mgrs.

    Standbys answer 503. One proxy ends TLS below a path and asks the next mgr after a 503; one
    leads connections to any mgr; one checks the mgrs; one has mgr x only, and a plain 404 without.
    """
    answer_errors(wild, 503)
    if wild.active_mgr() != "x":
        fail_over(wild)
    wild.wait(lambda: status(wild, "y") == 503, "error of the standby", 60)
    for one in behind.values():
        shows_everything(one)
    before = {name: set(documents(one)) for name, one in behind.items()}
    assert fail_over(wild) == "y"
    for name in ("prefix", "balanced", "checked"):
        shows_health(behind[name])
    shows_health(both)
    behind["ingress"].shows("ceph_up", 0)
    behind["ingress"].shows("ceph_exporter_document_success", 0, document="health detail")
    behind["ingress"].wait_for_log("HTTP 404: the answer is text, not JSON")
    assert fail_over(wild) == "x"
    for name, one in behind.items():
        shows_everything(one)
        # A document that became unsupported meanwhile would be absent.
        assert set(documents(one)) == before[name]


ORCHESTRATOR = ("orch ps", "orch ls", "orch host ls")
"""Without an orchestrator, their answer is a 503, which a proxy may replace."""


def documents(one: Watched) -> dict[str, float]:
    """Return the documents that are supported, and whether they were received."""
    rows = one.exporter.series("ceph_exporter_document_success")
    received = {dict(labels)["document"]: value for labels, value in rows.items()}
    return {name: value for name, value in received.items() if name not in ORCHESTRATOR}


def shows_everything(one: Watched) -> None:
    """Wait until health and all other documents are received."""
    shows_health(one)
    wait_until(lambda: 0 not in documents(one).values(), "all documents", 120, [one.exporter.log])


def test_redirects_are_named(
    wild: CephCluster, proxies: Proxies, folder: Path, stack: ExitStack
) -> None:
    """A login page and a redirect to https are called that; the target's query is never shown."""
    expected = {
        proxies.login: "redirects to https://sso.example, where a login is demanded",
        proxies.upgrade: "redirects to https://127.0.0.1; use https:// in --cluster.url",
    }
    for url, text in expected.items():
        one = watched(stack, wild, folder, url)
        one.shows("ceph_up", 0)
        one.wait_for_log(text)
        assert one.times_logged("t0k3n") == 0
        assert one.times_logged("standby") == 0
