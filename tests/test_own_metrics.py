"""The exporter's own metrics: which there are, what counts, and what a reload removes."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from ceph_exporter import own_metrics
from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling.poller import Poller
from ceph_exporter.simulator import rest_api
from ceph_exporter.sources import ErrorKind


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(own_metrics, "_clusters", None)
    counters = (own_metrics._polls, own_metrics._requests, own_metrics._latency)
    for counter in counters:
        counter.clear()
    yield
    for counter in counters:
        counter.clear()


def shown(name: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric by the values of its labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in own_metrics.Shown().collect()
        for sample in family.samples
        if sample.name == name
    }


def test_the_process_has_the_metrics_of_prometheus_client() -> None:
    """All metrics of its collectors are exported under their names, and are declared."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    theirs = {sample.name for family in registry.collect() for sample in family.samples}
    assert {"process_resident_memory_bytes", "python_info", "process_max_fds"} <= theirs
    exported = {s.name for family in own_metrics.Shown().collect() for s in family.samples}
    assert theirs <= exported
    assert theirs <= {metric.name for metric in own_metrics.METRICS}


def test_what_is_exported_is_declared() -> None:
    """The declarations, from which the documentation follows, have every name and every label."""
    own_metrics.count_poll("a", 0.1, up=True)
    own_metrics.count_request("a", "dashboard", "osd", "ok")
    own_metrics.count_scrape(200)
    own_metrics.count_failed_handshake("other")
    declared = {metric.name: metric for metric in own_metrics.METRICS}
    exported = set()
    for family in own_metrics.Shown().collect():
        for sample in family.samples:
            name = re.sub(r"_(bucket|sum|count|created)$", "", sample.name)
            if sample.name.endswith("_created"):
                continue
            exported.add(name)
            labels = set(sample.labels) - {"le"}
            assert labels == set(declared[name].labels.names), name
            assert declared[name].help == family.documentation.removesuffix(".")
    assert exported == set(declared)


def test_open_descriptors_are_counted() -> None:
    """Each further open descriptor is counted."""
    (before,) = shown("process_open_fds").values()
    with Path(os.devnull).open():
        assert list(shown("process_open_fds").values()) == [before + 1]


def test_polls_and_requests_are_counted_by_result() -> None:
    """A poll counts once; its requests count under their document, in a cluster without a label."""
    with rest_api.demo() as server:
        poller = poller_of(server.url)
        stop = StopAfter(2)
        poller.run(stop)  # type: ignore[arg-type]
    assert shown("ceph_exporter_polls_total") == {("success",): 2}
    assert shown("ceph_exporter_poll_latency_seconds_count") == {(): 2}
    requests = shown("ceph_exporter_ceph_requests_total")
    assert requests["rest-api", "health detail", "ok"] in (1, 2)  # it may be in cooldown
    assert requests["rest-api", "version", "ok"] == 1
    assert {outcome for _, _, outcome in requests} <= {"ok", "unsupported"}


def test_a_cluster_that_does_not_answer_counts_as_a_failure() -> None:
    """The requests have no endpoint, as it is the URL that failed."""
    poller = poller_of("http://127.0.0.1:9", "other")
    poller.run(StopAfter(1))  # type: ignore[arg-type]
    assert shown("ceph_exporter_polls_total") == {("a", "failure"): 1}
    assert shown("ceph_exporter_ceph_requests_total") == {("a", "unreachable"): 1}


def test_a_bug_counts_as_an_aborted_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop goes on, and the metric shows it."""
    poller = poller_of("http://127.0.0.1:9")
    monkeypatch.setattr(poller, "_request", lambda _: 1 / 0)
    poller.run(StopAfter(3))  # type: ignore[arg-type]
    assert shown("ceph_exporter_polls_total") == {("aborted",): 3}


def test_endpoints_are_few() -> None:
    """An endpoint is a fixed name: without the API in front of it, and without a query."""
    own_metrics.count_request("", "dashboard", "dashboard/pool?stats=true", "ok")
    own_metrics.count_request("", "dashboard", "dashboard/health/full", "failed")
    own_metrics.count_request("", "restful", "health detail", "ok")
    own_metrics.count_request("", "", "mon store", "ok")  # read from a disk
    assert shown("ceph_exporter_ceph_requests_total") == {
        ("dashboard", "pool", "ok"): 1,
        ("dashboard", "health/full", "failed"): 1,
        ("restful", "health detail", "ok"): 1,
    }


def test_every_outcome_is_documented() -> None:
    """The documentation names each kind of error."""
    for kind in ErrorKind:
        assert f"`{kind.value}`" in own_metrics.REQUESTS.detail


def test_a_removed_cluster_has_no_series() -> None:
    """A reload removes the series of a cluster, and what its last poll counts afterwards."""
    for cluster in ("a", "b"):
        own_metrics.count_poll(cluster, 0.1, up=True)
        own_metrics.count_request(cluster, "restful", "status", "ok")
    own_metrics.use_clusters(["b"])
    own_metrics.count_poll("a", 0.1, up=True)
    own_metrics.count_aborted_poll("a")
    own_metrics.count_request("a", "restful", "status", "ok")
    assert shown("ceph_exporter_polls_total") == {("b", "success"): 1}
    assert shown("ceph_exporter_ceph_requests_total") == {("b", "restful", "status", "ok"): 1}
    assert shown("ceph_exporter_poll_latency_seconds_count") == {("b",): 1}


def test_a_cluster_that_is_removed_while_its_last_poll_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its series do not come back, whatever the order is in which the two threads get there."""
    checked, go = threading.Event(), threading.Event()
    is_current = own_metrics._is_current

    def slow(cluster: str) -> bool:
        found = is_current(cluster)
        if threading.current_thread() is poll:
            checked.set()
            go.wait(30)
        return found

    monkeypatch.setattr(own_metrics, "_is_current", slow)
    poll = threading.Thread(target=own_metrics.count_poll, args=("a", 0.1), kwargs={"up": True})
    reload = threading.Thread(target=own_metrics.use_clusters, args=(["b"],))
    poll.start()
    assert checked.wait(30)
    reload.start()
    reload.join(0.1)  # it would end now if it did not wait for the other one
    go.set()
    for thread in (poll, reload):
        thread.join(30)
    assert shown("ceph_exporter_polls_total") == {}


def test_the_module_is_a_leaf() -> None:
    """Whoever counts need not load anything of the package but what a metric is."""
    code = (
        "import sys, ceph_exporter.own_metrics; "
        "print(*sorted(name for name in sys.modules if name.startswith('ceph_exporter.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ceph_exporter.metric", "ceph_exporter.own_metrics"]


class StopAfter:
    """Takes the place of the event that ends a poller: it is set after so many polls."""

    def __init__(self, polls: int) -> None:
        self._left = polls

    def is_set(self) -> bool:
        """Return whether all polls were made."""
        return self._left <= 0

    def wait(self, _: float) -> None:
        """Count a poll instead of waiting."""
        self._left -= 1


def poller_of(url: str, *others: str) -> Poller:
    """Return the poller of the cluster a at a URL."""
    cluster = Cluster(urls=(url,), api="rest-api")
    return Poller("a", cluster, Config(dict.fromkeys(("a", *others), cluster)))
