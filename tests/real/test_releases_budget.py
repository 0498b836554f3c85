"""Each release as if the cluster were too large to request everything in each poll."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.config import Cluster, Config, Duration, Poll, TlsConfig
from ceph_exporter.facts.signs import Signs
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentState
from ceph_exporter.sources import Answer
from testbed.bootstrap import USER
from tests.sources.scripted import series

if TYPE_CHECKING:
    from collections.abc import Callable

    from ceph_exporter.polling.report import DocumentRow
    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

PROMPT = 15
"""Seconds in which a change must show, although health is planned for once a minute or less."""

COSTS = {"dashboard/health/full": 1.8, "dashboard/health/minimal": 0.9, "dashboard/osd": 0.7}
"""Seconds that 10,000 OSDs cost the dashboard of 16.2.15."""


def cost(answer: Answer) -> float:
    """Return the cost of an answer as if the cluster were large."""
    return COSTS.get(answer.wire_format, answer.seconds)


def row(poller: Poller, document: str) -> DocumentRow | None:
    """Return the state of a document after the last poll."""
    assert poller.snapshot is not None
    rows = (row for row in poller.snapshot.report.documents if row.name == document)
    return next(rows, None)


def poll_until(poller: Poller, condition: Callable[[], bool], what: str) -> None:
    """Poll each second until a condition holds, for at most `PROMPT` seconds."""
    end = time.monotonic() + PROMPT
    while time.monotonic() < end:
        poller.poll()
        if condition():
            return
        time.sleep(1)
    pytest.fail(f"no {what} within {PROMPT} s")


def test_signs_of_changes_replace_costly_requests(
    release_cluster: CephCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check and an OSD that is out show within seconds, and so does their end."""
    monkeypatch.setattr(Answer, "cost", property(cost))
    cluster = Cluster(
        urls=(release_cluster.dashboard_url,),
        api="dashboard",
        username=USER,
        password_file=str(release_cluster.password_file),
        tls=TlsConfig(ca_file=str(release_cluster.ca_file)),
    )
    poll = Poll(Duration(1), Duration(30), Duration(120))
    flags = 'ceph_health_detail{name="OSDMAP_FLAGS",severity="HEALTH_WARN"}'
    with closing(Poller("", cluster, Config({"": cluster}, poll))) as poller:

        def signs() -> bool:
            found = row(poller, Signs.document)
            return found is not None and found.state is DocumentState.OK

        def shows(name: str, value: str | None) -> bool:
            return series(poller).get(name) == value

        poll_until(poller, signs, "signs")
        health = row(poller, "health detail")
        assert health is not None
        assert health.interval is not None
        assert health.interval > PROMPT
        try:
            release_cluster.ceph("osd", "set", "noout")
            poll_until(poller, lambda: shows(flags, "1"), "check")
            release_cluster.ceph("osd", "out", "2")
            poll_until(poller, lambda: shows('ceph_osd_in{ceph_daemon="osd.2"}', "0"), "OSD out")
        finally:
            release_cluster.ceph("osd", "in", "2")
            release_cluster.ceph("osd", "unset", "noout")
        poll_until(poller, lambda: shows('ceph_osd_in{ceph_daemon="osd.2"}', "1"), "OSD in")
