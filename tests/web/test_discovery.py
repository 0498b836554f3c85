"""`/probe`, the metrics of one cluster, and `/sd`, the list of clusters for Prometheus."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling.poller import Poller
from ceph_exporter.simulator import rest_api
from ceph_exporter.web import discovery
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.request import Request

# Valid names, some with characters that need escaping.
NAMES = ("one", 'the "second"', "a&b=c/ü,")


def pollers_of(*names: str, url: str = "http://127.0.0.1:9") -> list[Poller]:
    """Return a poller for each name."""
    cluster = Cluster(urls=(url,), api="rest-api")
    config = Config(dict.fromkeys(names, cluster))
    return [Poller(name, cluster, config) for name in config.clusters]


@pytest.fixture(scope="module")
def polled() -> list[Poller]:
    """Poll three simulated clusters once and return their pollers."""
    with rest_api.demo() as server:
        pollers = pollers_of(*NAMES, url=server.url)
        for poller in pollers:
            poller.poll()
            poller.close()
    return pollers


def request(accept: str = "text/plain", **query: str) -> Request:
    """Return a request to `/probe`."""
    return Request("/probe", query, {"accept": accept, "host": "x"})


@pytest.mark.parametrize("name", NAMES)
def test_a_probe_has_one_cluster_and_no_label_for_it(polled: list[Poller], name: str) -> None:
    """A probe equals `/metrics` of an exporter with only this cluster, without process metrics."""
    (alone,) = pollers_of("")
    alone._session._connect = lambda *_: pytest.fail("asked Ceph")
    reply = discovery.probe(polled, Pages(), request(target=name))
    assert (reply.status, reply.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {family.name: family for family in parse((reply.start + reply.body).decode())}
    samples = [sample for family in families.values() for sample in family.samples]
    assert not [sample for sample in samples if "cluster" in sample.labels]
    assert families["ceph_up"].samples[0].value == 1
    assert {s.labels["ceph_daemon"] for s in families["ceph_mon_quorum_status"].samples} == {
        "mon.a",
        "mon.b",
        "mon.c",
    }
    assert not [name for name in families if name.startswith(("process_", "python_"))]
    assert "ceph_exporter_build_info" not in families


def test_a_probe_is_negotiated_as_metrics_are(polled: list[Poller]) -> None:
    """A client that accepts OpenMetrics receives it, including the end mark."""
    reply = discovery.probe(polled, Pages(), request("application/openmetrics-text", target="one"))
    assert reply.content_type.startswith("application/openmetrics-text")
    assert reply.body.endswith(b"# EOF\n")


def test_the_only_cluster_is_probed_by_its_name(polled: list[Poller]) -> None:
    """The cluster configured by flags has the name that logs and `/-/ready` use."""
    (alone,) = pollers_of("")
    alone.snapshot = polled[0].snapshot
    assert discovery.probe([alone], Pages(), request(target="cluster")).status == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [({}, 400), ({"target": ""}, 400), ({"target": "http://10.0.0.1:5000"}, 404)],
)
def test_only_clusters_of_the_configuration_are_probed(
    polled: list[Poller], target: dict[str, str], status: int
) -> None:
    """A missing target is 400, an unknown one 404; neither reveals names or URLs of clusters."""
    reply = discovery.probe(polled, Pages(), request(**target))
    assert reply.status == status
    text = reply.body.decode()
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert not [name for name in (*NAMES, "127.0.0.1", "10.0.0.1") if name in text.split()]


def test_a_cluster_that_was_not_polled_yet_is_503() -> None:
    """Before the end of the first poll there is no data, and Prometheus must not see `up` 1."""
    assert discovery.probe(pollers_of("one"), Pages(), request(target="one")).status == 503


@pytest.mark.parametrize("host", ["exporter.example:9128", "10.0.0.1:9128", "[::1]:9128", "proxy"])
def test_discovery_lists_a_target_for_each_cluster(host: str) -> None:
    """Each cluster is one group, with the address from the client's Host header."""
    reply = discovery.targets(pollers_of(*NAMES), Request("/sd", {}, {"host": host}))
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == [
        {
            "targets": [host],
            "labels": {
                "__metrics_path__": "/probe",
                "__param_target": name,
                "cluster": name,
            },
        }
        for name in NAMES
    ]


def test_the_only_cluster_has_no_label() -> None:
    """A cluster without a name has no label `cluster` here either."""
    groups = json.loads(discovery.targets(pollers_of(""), Request("/sd", {}, {"host": "x"})).body)
    assert groups[0]["labels"] == {"__metrics_path__": "/probe", "__param_target": "cluster"}


@pytest.mark.parametrize("host", ["", "a b", "x:y", "x/../y", "evil\u00e9", "[::1", "h:123456"])
def test_an_invalid_host_is_refused(host: str) -> None:
    """A Host header that is not an address never becomes a target."""
    reply = discovery.targets(pollers_of("one"), Request("/sd", {}, {"host": host}))
    assert (reply.status, b"Host" in reply.body) == (400, True)
