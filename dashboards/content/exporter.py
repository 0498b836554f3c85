"""The exporter itself: its connection to Ceph, the data it receives, and the resources it uses."""

from dashboards.content.checks import CLUSTER
from dashboards.content.exporter_process import PROCESS
from dashboards.content.phrases import AGE, SCRAPED_FROM, each, or_none
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Link,
    Query,
    Section,
    Stat,
    Table,
    Texts,
    TimeSeries,
    limits,
    rising,
)

SMALL = (6, 4)
THIS_CLUSTER = (("cluster", "cluster"),)
NO_URL: Texts = {
    "none": ("Unknown", ""),
    "unknown": ("The exporter cannot reach any API of Ceph", ""),
}
WHICH = "{{instance}} {{cluster}}"
DOCUMENT = "max by (cluster, instance, document) (ceph_exporter_document_{}{{*}})"


GLANCE = (
    Stat(
        "Scraped",
        "Whether Prometheus can scrape the exporter. Good: yes. If no, the exporter or its host is "
        "down.",
        (Query(each("min", "up{+}", SCRAPED_FROM), "{{instance}}"),),
        "Prometheus scrapes no exporter",
        mappings=YES_IS_GOOD,
        size=SMALL,
    ),
    Stat(
        "Ceph reachable",
        "Whether the last poll received the health or the status. Good: yes. If no, see the "
        "documents below and run `ceph_exporter check`.",
        (Query("min by (cluster, instance) (ceph_up{*})", WHICH),),
        "Prometheus scrapes no exporter",
        mappings=YES_IS_GOOD,
        size=SMALL,
    ),
    Stat(
        "Age of data",
        "Time since the exporter last received the health or the status. Good: under a minute.",
        (Query(AGE.replace("(cluster)", "(cluster, instance)"), WHICH),),
        "never received",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
    ),
    Stat(
        "Configuration",
        "Whether the last reload of the configuration succeeded. If no, the exporter still uses "
        "the previous configuration; its log states the error.",
        (Query(each("min", "ceph_exporter_config_last_reload_successful{+}"), "{{instance}}"),),
        "Prometheus scrapes no exporter",
        mappings=YES_IS_GOOD,
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
                or_none(
                    "max by (cluster, instance, api, url, release) (ceph_exporter_source_info{*})",
                    "url",
                ),
                "exists",
                hidden=True,
            ),
            Query(
                "max by (cluster, instance, url) (ceph_exporter_foreign_cluster{*})",
                "different cluster",
                mappings={0: ("no", "green"), 1: ("yes", "red")},
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 6),
        labels=("cluster", "instance", "api", "url", "release"),
        texts={"url": NO_URL},
        links=(Link(CLUSTER, "Open the cluster's dashboard", "cluster", THIS_CLUSTER),),
    ),
    Table(
        "Documents",
        "The documents that the exporter requests from Ceph. Good: all are available. The metrics "
        "of a document that is unavailable disappear after a minute. Documents that this API does "
        "not offer are not listed.",
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
