"""The exporter itself: its connection to Ceph, the data it receives, and the resources it uses."""

from dashboards.content.checks import CLUSTER
from dashboards.content.exporter_process import PROCESS
from dashboards.content.phrases import AGE, SCRAPED_FROM, each, own
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Link,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    bad_from,
    limits,
    rising,
)

SMALL = (6, 4)
THIS_CLUSTER = (("cluster", "cluster"),)
WHICH = "{{instance}} {{cluster}}"
DOCUMENT = "max by (cluster, instance, document) (ceph_exporter_document_{}{{*}})"


GLANCE = (
    Stat(
        "Exporters down",
        "Exporters that Prometheus cannot scrape now but could within the past day. Good: 0. If "
        "one is down, check the exporter and its host.",
        (Query(f"sum(({own('up{+}', SCRAPED_FROM)}) == bool 0)", "exporters"),),
        "Prometheus scrapes no exporter",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Clusters unreachable",
        "Clusters from which an exporter received neither the health nor the status in its last "
        "poll. Good: 0. If higher, see the documents below and run `ceph_exporter check`.",
        (Query("sum(min by (cluster) (ceph_up{*}) == bool 0)", "clusters"),),
        "Prometheus scrapes no exporter",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Oldest data",
        "Time since the exporters last received the health or the status, for the cluster where "
        "this is longest ago. Good: under a minute. A cluster that never answered does not count.",
        (Query(f"max({AGE})", "age"),),
        "no cluster ever answered",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
    ),
    Stat(
        "Failed reloads",
        "Exporters whose last reload of the configuration failed. Good: 0. Such an exporter still "
        "uses its previous configuration; its log states the error.",
        (
            Query(
                f"sum({each('min', 'ceph_exporter_config_last_reload_successful{+}')} == bool 0)",
                "exporters",
            ),
        ),
        "Prometheus scrapes no exporter",
        thresholds=bad_from(1),
        size=SMALL,
    ),
)

CEPH = (
    Table(
        "Source",
        "The API and the URL from which the exporter polls each cluster, and the release of Ceph. "
        "A URL without an API is not in use; usually it belongs to a standby mgr. Good: no URL "
        "answers for a different cluster. The exporter rejects the data of such a URL.",
        (
            Query(
                # ceph-rest-api's path is no part of the URL in the other query.
                "max by (cluster, instance, api, url, release) (label_replace("
                'ceph_exporter_source_info{*}, "url", "$1", "url", "(.*?)(?:/api/v0[.]1)?/?"))',
                "exists",
                empty_when="no cluster is reachable",
                hidden=True,
            ),
            Query(
                "min by (cluster, instance) (ceph_up{*})",
                "reachable",
                mappings=YES_IS_GOOD,
            ),
            Query(
                AGE.replace("(cluster)", "(cluster, instance)"),
                "age of data",
                empty_when="no cluster is reachable",
                unit="s",
                thresholds=rising(60, 300),
            ),
            Query(
                "max by (cluster, instance, url) (ceph_exporter_foreign_cluster{*})",
                "different cluster",
                mappings={0: ("no", "green"), 1: ("yes", "red")},
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 7),
        labels=("cluster", "instance", "api", "url", "release"),
        links=(Link(CLUSTER, "Open the cluster's dashboard", "cluster", THIS_CLUSTER),),
        sort_ascending="reachable",
    ),
    Table(
        "Documents",
        "The documents that the exporter requests from Ceph. Good: all are available. The metrics "
        "of a document that is unavailable disappear after a minute. Documents that this API does "
        "not offer are not listed. Some are requested only when they may have changed, and are "
        "older.",
        (
            Query(DOCUMENT.format("success"), "available", mappings=YES_IS_GOOD),
            Query(
                "time() - " + DOCUMENT.format("last_success_timestamp_seconds"),
                "age",
                unit="s",
            ),
            Query(
                DOCUMENT.format("duration_seconds") + " and " + DOCUMENT.format("success"),
                "duration",
                unit="s",
                thresholds=rising(1, 5),
            ),
            Query(DOCUMENT.format("bytes"), "size", unit="bytes"),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 12),
        labels=("cluster", "instance", "document"),
        links=(Link(CLUSTER, "Open the cluster's dashboard", "cluster", THIS_CLUSTER),),
        sort_ascending="available",
        sort_descending="duration",
    ),
    TimeSeries(
        "Poll duration",
        "Duration of a poll, from the first request to the last response. Good: well under the "
        "poll interval of 15 s. It rises with the load of the mgr or monitor that answers.",
        (
            Query(
                "max by (cluster, instance) (ceph_exporter_poll_duration_seconds{*})",
                WHICH,
            ),
        ),
        "Prometheus scrapes no exporter",
        unit="s",
        thresholds=limits((5, "orange"), (10, "red")),
        threshold_lines=True,
        size=(12, 8),
        minimum=0,
    ),
    TimeSeries(
        "Unavailable documents",
        "Documents that the last poll requested and did not receive. Good: 0.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_document_success{*} == bool 0)",
                WHICH,
            ),
        ),
        "Prometheus scrapes no exporter",
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "Failed collectors",
        "Good: 0. A collector that fails is a bug in the exporter; please report it.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_collector_success{*} == bool 0)",
                WHICH,
            ),
        ),
        "Prometheus scrapes no exporter",
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "Dropped series",
        "Series that the exporter does not export because a collector (poll.series_limit) or the "
        "whole page (--web.series-limit) exceeds its limit. Good: 0. If higher, the dashboards are "
        "incomplete.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_collector_series_cut{*})",
                f"collector limit {WHICH}",
            ),
            Query(each("max", "ceph_exporter_page_series_cut{+}"), "page limit {{instance}}"),
        ),
        "Prometheus scrapes no exporter",
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-exporter",
    "Ceph exporter",
    "The exporter itself: its connection to Ceph, the data it receives, and the resources it uses.",
    (
        Section("At a glance", GLANCE),
        Section("Data from Ceph", CEPH),
        Section("Resource usage", PROCESS, collapsed=True),
    ),
    time_from="now-1h",
    overview=True,
)
