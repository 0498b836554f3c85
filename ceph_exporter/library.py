"""`CephCollector`: the metrics of Ceph on a page of any program that uses prometheus-client."""

from collections.abc import Iterator
from threading import Event
from typing import Self

from prometheus_client import Metric as Family
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Config, ConfigError, Poll
from ceph_exporter.config.file import build
from ceph_exporter.deadline import Deadline
from ceph_exporter.exposition import Lines
from ceph_exporter.metric import Metric
from ceph_exporter.polling import snapshot
from ceph_exporter.polling.collecting import enabled
from ceph_exporter.polling.fleet import Fleet

_NAME = "cluster"
_LOOK = 0.02
"""Seconds between two looks for the result of the first poll."""


class CephCollector(Collector):
    """Polls Ceph in threads of its own, and exports the result of the last poll.

    config: the clusters, or None; then the other keyword arguments are the settings of a single
    cluster, with the names that they have in a configuration file: `urls`, `username`,
    `password_file`, and so on. poll: how often to poll that cluster. wait: seconds that `collect`
    waits for the first poll; it never waits for a later one.

    Raises ConfigError if a setting is invalid. Close it to stop polling.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        poll: Poll | None = None,
        wait: float = 5.0,
        **cluster: object,
    ) -> None:
        if config is None:
            config = _config(cluster, poll or Poll())
        elif cluster or poll:
            raise ConfigError("expected a Config or the settings of a cluster, not both")
        self._config, self._wait = config, wait
        self._closed = Event()
        self._shown: tuple[object, list[Family]] = (), []
        self._fleet = Fleet()
        self._fleet.use(config)

    def __enter__(self) -> Self:
        """Return the collector itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def describe(self) -> Iterator[Family]:
        """Yield the families that may be exported, without samples; does not wait for Ceph."""
        names = {
            name
            for cluster in self._config.clusters.values()
            for name in enabled(self._config, cluster)
        }
        declared = [COLLECTORS[name].metrics for name in COLLECTORS if name in names]
        for metrics in (*declared, snapshot.METRICS):
            yield from map(_family, metrics)

    def collect(self) -> Iterator[Family]:
        """Yield the families of the last poll.

        A cluster that does not answer has `ceph_up` 0; one that was never polled has no metrics.
        """
        deadline = Deadline(self._wait)
        while not self._fleet.ready and deadline.left:
            if self._closed.wait(_LOOK):
                break
        if self._closed.is_set():
            return
        snapshots = [poller.snapshot for poller in self._fleet.pollers if poller.snapshot]
        state: object = [(one.report, one.fresh) for one in snapshots]
        shown, families = self._shown
        if shown != state:
            families = _families([one.lines for one in snapshots])
            self._shown = state, families
        yield from families

    def close(self) -> None:
        """Stop polling; from then on, nothing is exported."""
        self._closed.set()
        self._fleet.stop()


def _config(settings: dict[str, object], poll: Poll) -> Config:
    """Return the configuration of a single cluster without a name."""
    try:
        config = build({"clusters": {_NAME: settings}}, COLLECTORS, {}, poll)
    except ConfigError as error:
        raise ConfigError(str(error).replace(f"clusters.{_NAME}.", "", 1)) from None
    return Config({"": config.clusters[_NAME]}, config.poll)


def _families(clusters: list[Lines]) -> list[Family]:
    """Return the families of all clusters, sorted by name; each appears once."""
    families: dict[str, Family] = {}
    for lines in clusters:
        for metric, text in lines.items():
            family = families.setdefault(metric.name, _family(metric))
            for parsed in text_string_to_metric_families(text.decode()):
                family.samples += parsed.samples
    return [families[name] for name in sorted(families)]


def _family(metric: Metric) -> Family:
    """Return an empty family.

    prometheus-client expects the samples of a counter to end in `_total`. Those of Ceph's own
    module that do not are of the type unknown, as in OpenMetrics.
    """
    name, type_ = metric.name, str(metric.type)
    if type_ == "counter":
        name, type_ = (name[:-6], type_) if name.endswith("_total") else (name, "unknown")
    return Family(name, metric.help_line, type_.replace("untyped", "unknown"))
