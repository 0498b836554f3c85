"""`/metrics`: content negotiation, several clusters, metrics of the exporter itself."""

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from ceph_exporter.config import Cluster, Config
from ceph_exporter.exposition import Format
from ceph_exporter.polling.poller import Poller
from ceph_exporter.simulator import rest_api
from ceph_exporter.web import metrics
from ceph_exporter.web.own import OwnMetrics
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.request import Request

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (PROMETHEUS_2, Format.OPENMETRICS),
        (PROMETHEUS_3, Format.OPENMETRICS),
        ("text/plain", Format.TEXT),
        ("text/plain;q=0.9, application/openmetrics-text;q=0.1", Format.TEXT),
        ("application/openmetrics-text;q=0", Format.TEXT),
        ("application/openmetrics-text;version=0.0.1", Format.OPENMETRICS),
        ("application/openmetrics-text;version=2.0.0", Format.TEXT),
        ("application/openmetrics-text;q=0.3,*/*;q=0.9", Format.TEXT),
        ("application/openmetrics-text;q=0.3,text/*;q=0.2", Format.OPENMETRICS),
        ("application/openmetrics-text;q=0.3,text/plain;version=1.0.0", Format.OPENMETRICS),
        ("application/json", Format.TEXT),
        ("*/*", Format.TEXT),
        ("", Format.TEXT),
    ],
)
def test_the_format_follows_the_q_values(accept: str, expected: Format) -> None:
    """OpenMetrics is served if the client names and prefers it, text in every other case."""
    assert metrics.negotiate(accept) is expected


@pytest.fixture(scope="module")
def polled() -> list[Poller]:
    """Poll two simulated clusters once and return their pollers."""
    with rest_api.demo() as server:
        cluster = Cluster(urls=(server.url,), api="rest-api")
        config = Config({"one": cluster, "two": cluster})
        pollers = [Poller(name, cluster, config) for name in config.clusters]
        for poller in pollers:
            poller.poll()
            poller.close()
    return pollers


@pytest.mark.parametrize("accept", [PROMETHEUS_3, "text/plain"])
def test_several_clusters_share_a_page(polled: list[Poller], accept: str) -> None:
    """Samples of all clusters follow one header, distinguished by the label `cluster`."""
    request = Request("/metrics", {}, {"accept": accept})
    reply = metrics.page(tuple(polled), OwnMetrics(), Pages(), request)
    parse = parse_openmetrics if "openmetrics" in reply.content_type else parse_text
    families = {family.name: family for family in parse((reply.start + reply.body).decode())}
    assert [s.labels for s in families["ceph_up"].samples] == [
        {"cluster": "one"},
        {"cluster": "two"},
    ]
    quorum = families["ceph_mon_quorum_status"].samples
    assert {(s.labels["cluster"], s.labels["ceph_daemon"]) for s in quorum} == {
        (cluster, f"mon.{name}") for cluster in ("one", "two") for name in "abc"
    }
    assert "ceph_exporter_build_info" in families
    assert "process_resident_memory_bytes" in families


def test_before_the_first_poll_only_the_exporter_is_on_the_page() -> None:
    """A cluster without a finished poll has no metric, not even `ceph_up 0`."""
    cluster = Cluster(urls=("http://127.0.0.1:9",), api="rest-api")
    poller = Poller("", cluster, Config({"": cluster}))
    reply = metrics.page((poller,), OwnMetrics(), Pages(), Request("/metrics", {}, {}))
    page = (reply.start + reply.body).decode()
    assert "ceph_exporter_build_info" in page
    assert "ceph_up" not in page
