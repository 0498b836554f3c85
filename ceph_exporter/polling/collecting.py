"""Runs the collectors of one cluster and renders their metric families."""

import time
from collections.abc import Collection, Mapping

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Cluster, Config
from ceph_exporter.exposition import Renderer
from ceph_exporter.facts import Cache, Fact, Facts, Health, Quorum, Status, Version
from ceph_exporter.facts.signs import Signs
from ceph_exporter.log import fields, log
from ceph_exporter.metric import Metric, escape
from ceph_exporter.polling.report import CollectorRow

_CUT = "families left out, because the collector exceeds --poll.series-limit (poll.series_limit)"


def enabled(config: Config, cluster: Cluster) -> tuple[str, ...]:
    """Return the names of the collectors that run for a cluster."""
    default = {name: collector.default for name, collector in COLLECTORS.items()}
    chosen = {**default, **config.collectors, **cluster.collectors}
    return tuple(name for name in COLLECTORS if chosen[name])


class Collecting:
    """Runs the collectors of one cluster. tags: key=value pairs for log lines."""

    def __init__(self, name: str, cluster: Cluster, config: Config, tags: dict[str, str]) -> None:
        self.names = enabled(config, cluster)
        """The names of the collectors that run."""
        self.prefix = f'cluster="{escape(name)}"' if len(config.clusters) > 1 else ""
        """The label that all series of this cluster have; empty if there is only one cluster."""
        self._options = cluster.options
        self._tags = tags
        self._renderers = {
            name: Renderer(self.prefix, config.poll.series_limit) for name in self.names
        }
        self._cache: Cache = {}

    def wanted(self, unconfigured: Collection[str]) -> set[str]:
        """Return the names of the documents that collectors or the report need.

        unconfigured: the documents that are left out because the settings for them are missing.
        """
        of_report = {fact.document for fact in (Health, Status, Quorum, Version, Signs)}
        wanted = of_report.union(*(COLLECTORS[name].documents for name in self.names))
        return wanted.difference(unconfigured)

    def facts(self, available: Mapping[type[Fact], Fact]) -> Facts:
        """Return the facts with a cache of what collectors derived in the last poll.

        Collectors reuse a cached result if the facts that it was derived from are equal.
        """
        facts = Facts(available, self._cache)
        self._cache = facts.cache
        return facts

    def run(self, facts: Facts) -> tuple[dict[Metric, bytes], tuple[CollectorRow, ...]]:
        """Return the rendered families and the result of each collector.

        If a collector fails, only its own families are missing. If several collectors have a metric
        of the same name, only the first of them exports it. This can happen because Ceph chooses
        the names of performance counters.
        """
        lines: dict[Metric, bytes] = {}
        names: set[str] = set()
        rows = []
        for name, renderer in self._renderers.items():
            start, previously_cut = time.monotonic(), renderer.cut
            success, series = True, 0
            try:
                families = self._families(name, renderer, facts)
            except Exception as error:  # noqa: BLE001 - only its own families are lost
                success = False
                about = fields(**self._tags, collector=name, error=repr(error))
                log.error("collector failed; please report this", extra=about)
            else:
                lines |= {m: text for m, text in families.items() if m.name not in names}
                names |= {metric.name for metric in families}
                series = renderer.series
            if success and renderer.cut and not previously_cut:
                about = fields(**self._tags, collector=name, series=renderer.cut)
                log.warning(_CUT, extra=about)
            seconds = time.monotonic() - start
            rows.append(CollectorRow(name, success, seconds, series, renderer.cut))
        return lines, tuple(rows)

    def _families(self, name: str, renderer: Renderer, facts: Facts) -> dict[Metric, bytes]:
        collector = COLLECTORS[name]
        if collector.options is None:
            return renderer.lines(collector.collect(facts))
        options = self._options.get(name) or collector.options()
        return renderer.lines(collector.collect(facts, options))
