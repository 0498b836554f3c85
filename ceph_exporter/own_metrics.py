"""The exporter's own counters: polls, requests to Ceph, scrapes and TLS handshakes.

Polling and the web front count here, and neither has to know the other. prometheus-client stores
the numbers, and adds those of the process and of the Python interpreter.
"""

import platform
import threading
from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from ceph_exporter import __version__
from ceph_exporter.metric import OWN, Labels, Metric, Type

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of polls, in seconds; a poll ends after 10 s by default."""

BUILD = Metric(
    "ceph_exporter_build_info",
    "gauge",
    "Versions of the exporter and of its Python interpreter; always 1",
    OWN,
    Labels("version", "pythonversion"),
)
RELOADED = Metric(
    "ceph_exporter_config_last_reload_successful",
    "gauge",
    "Whether the last attempt to load the configuration succeeded (1) or failed (0)",
    OWN,
)
RELOAD_TIME = Metric(
    "ceph_exporter_config_last_reload_success_timestamp_seconds",
    "gauge",
    "Time at which a configuration was last loaded successfully",
    OWN,
)
POLLS = Metric(
    "ceph_exporter_polls_total",
    "counter",
    "Number of polls by result: success, failure or aborted",
    OWN,
    Labels("cluster", "result"),
    detail="A poll succeeds if `ceph_up` is 1 after it. `aborted` means that a bug ended the "
    "poll; the log contains the error.",
)
POLL_LATENCY = Metric(
    "ceph_exporter_poll_latency_seconds",
    "histogram",
    "Time that polls took, from the first request to the rendered metrics",
    OWN,
    Labels("cluster"),
)
REQUESTS = Metric(
    "ceph_exporter_ceph_requests_total",
    "counter",
    "Number of requests to Ceph by API, endpoint and outcome",
    OWN,
    Labels("cluster", "api", "endpoint", "outcome"),
    detail="The endpoint is the command, or the path below `/api/` of the dashboard; logins, and "
    "requests about buckets and users of RGW, are not counted. The outcome is `ok` or the kind of "
    "error: `failed`, `unsupported`, `denied`, or, if the URL as a whole failed and without "
    "`endpoint`, `refused`, `frozen`, `untrusted`, `unreachable`, `foreign`, `standby`.",
)
SCRAPES = Metric(
    "ceph_exporter_web_scrapes_total",
    "counter",
    "Number of requests for metrics, including those for /probe, by HTTP status code",
    OWN,
    Labels("code"),
)
HANDSHAKE_FAILURES = Metric(
    "ceph_exporter_web_tls_handshake_failures_total",
    "counter",
    "Failed TLS handshakes with clients, by reason; absent without a web configuration file",
    OWN,
    Labels("reason"),
)
_DECLARED = tuple(value for value in list(vars().values()) if isinstance(value, Metric))

_REGISTRY = CollectorRegistry()


def _counter(metric: Metric) -> Counter:
    return Counter(metric.name, metric.help, metric.labels.names, registry=_REGISTRY)


def _gauge(metric: Metric) -> Gauge:
    return Gauge(metric.name, metric.help, metric.labels.names, registry=_REGISTRY)


def _standard(registry: CollectorRegistry) -> Iterable[Metric]:
    """Register prometheus-client's own collectors; yield the declarations of their metrics."""
    collectors = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=collectors)
    for family in collectors.collect():
        name, labels = family.samples[0].name, Labels(*family.samples[0].labels)
        type_: Type = "counter" if family.type == "counter" else "gauge"
        yield Metric(name, type_, family.documentation.removesuffix("."), OWN, labels)
    registry.register(collectors)


METRICS = (*_DECLARED, *_standard(_REGISTRY))
"""The metrics that a page shows once, regardless of the number of clusters."""

_polls, _requests = _counter(POLLS), _counter(REQUESTS)
_latency = Histogram(
    POLL_LATENCY.name,
    POLL_LATENCY.help,
    POLL_LATENCY.labels.names,
    buckets=BUCKETS,
    registry=_REGISTRY,
)
_scrapes, _failures = _counter(SCRAPES), _counter(HANDSHAKE_FAILURES)
reloaded, reload_time = _gauge(RELOADED), _gauge(RELOAD_TIME)
_gauge(BUILD).labels(__version__, platform.python_version()).set(1)


_clusters: frozenset[str] | None = None
_lock = threading.Lock()
"""Held while it is decided whether to count for a cluster and counted, so that no removal falls in
between."""


def use_clusters(current: Iterable[str]) -> None:
    """Remove the series of all other clusters, and ignore them from now on.

    A poller that a reload has replaced may still finish its last poll.
    """
    global _clusters  # noqa: PLW0603 - as global as the metrics
    with _lock:
        _clusters = frozenset(current)
        _remove_others()


def _remove_others() -> None:
    for counters in (_polls, _requests, _latency):
        for family in counters.collect():
            gone = {
                tuple(value for name, value in sample.labels.items() if name != "le")
                for sample in family.samples
                if not _is_current(sample.labels["cluster"])
            }
            for values in gone:
                counters.remove(*values)


def _is_current(cluster: str) -> bool:
    return _clusters is None or cluster in _clusters


def count_poll(cluster: str, seconds: float, *, up: bool) -> None:
    """Count a poll. cluster: empty if it is the only one."""
    with _lock:
        if _is_current(cluster):
            _polls.labels(cluster, "success" if up else "failure").inc()
            _latency.labels(cluster).observe(seconds)


def count_aborted_poll(cluster: str) -> None:
    """Count a poll that a bug has ended."""
    with _lock:
        if _is_current(cluster):
            _polls.labels(cluster, "aborted").inc()


def count_request(cluster: str, api: str, endpoint: str, outcome: str) -> None:
    """Count a request to Ceph.

    endpoint: one of a limited number of names, such as that of a command, and never a URL, because
    each value is a series for as long as the exporter runs; empty if the URL as a whole failed.
    api: empty for an answer without a request, such as that of this host.
    """
    name = endpoint.removeprefix(f"{api}/").partition("?")[0]
    with _lock:
        if _is_current(cluster) and (api or not endpoint):
            _requests.labels(cluster, api, name, outcome).inc()


def count_scrape(status: int) -> None:
    """Count a request for metrics by the status of the reply."""
    _scrapes.labels(str(status)).inc()


def count_failed_handshake(reason: str, number: int = 1) -> None:
    """Count failed TLS handshakes; with the number 0, the reason is exported from now on."""
    _failures.labels(reason).inc(number)


class Shown(Collector):
    """All metrics, as a page shows them: a label without a value is left out."""

    def collect(self) -> Iterable[Family]:
        """Yield all families that have samples."""
        for family in _REGISTRY.collect():
            family.samples = [
                sample._replace(labels={k: v for k, v in sample.labels.items() if v})
                if "" in sample.labels.values()
                else sample
                for sample in family.samples
            ]
            if family.samples:
                yield family
