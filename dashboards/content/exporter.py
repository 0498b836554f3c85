"""The exporter itself: does it reach Ceph, what does it get, what does it cost."""

from dashboards.content.exporter_process import PROCESS
from dashboards.content.phrases import AGE, SCRAPED_FROM, each
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    rising,
    warn_from,
)

SMALL = (6, 4)
WHICH = "{{instance}} {{cluster}}"
DOCUMENT = "max by (cluster, instance, document) (ceph_exporter_document_{}{{*}})"


GLANCE = (
    Stat(
        "Scraped",
        "Whether Prometheus gets the exporter's page. Good: yes. No: the exporter or its host is "
        "down.",
        (Query(each("min", "up{+}", SCRAPED_FROM), "{{instance}}"),),
        "no exporter is scraped",
        mappings=YES_IS_GOOD,
        size=SMALL,
    ),
    Stat(
        "Ceph is reached",
        "Whether the last poll got the health or the status. Good: yes. No: see the documents "
        "below and `ceph_exporter check`.",
        (Query("min by (cluster, instance) (ceph_up{*})", WHICH),),
        "no exporter is scraped",
        mappings=YES_IS_GOOD,
        size=SMALL,
    ),
    Stat(
        "Age of data",
        "How long ago the health or the status was had. Good: under a minute.",
        (Query(AGE.replace("(cluster)", "(cluster, instance)"), WHICH),),
        "never had",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
    ),
    Stat(
        "Configuration",
        "Whether the last reload of the configuration was good. No: the exporter runs on with the "
        "one before; its log says what is wrong.",
        (Query(each("min", "ceph_exporter_config_last_reload_successful{+}"), "{{instance}}"),),
        "no exporter is scraped",
        mappings=YES_IS_GOOD,
        size=SMALL,
    ),
)

CEPH = (
    Table(
        "Source",
        "Which of Ceph's APIs is asked where, and the release that answers. A URL without an API "
        "is not in use, mostly that of a standby mgr. Good: no URL answers for another cluster; "
        "what such a one says is not shown.",
        (
            Query(
                "max by (cluster, instance, api, url, release) (ceph_exporter_source_info{*})",
                "is asked",
                hidden=True,
            ),
            Query(
                "max by (cluster, instance, url) (ceph_exporter_foreign_cluster{*})",
                "another cluster",
                mappings={0: ("no", "green"), 1: ("yes", "red")},
            ),
        ),
        "no API of Ceph is reached",
        size=(24, 5),
    ),
    Table(
        "Documents",
        "What is asked of Ceph. Good: had. Not had: its metrics leave the page after a minute. "
        "Documents that the API does not have are not in the list.",
        (
            Query(DOCUMENT.format("success"), "had", mappings=YES_IS_GOOD),
            Query(
                "time() - " + DOCUMENT.format("last_success_timestamp_seconds"),
                "age",
                unit="s",
                no_value="never had",
            ),
            Query(
                DOCUMENT.format("duration_seconds") + " and " + DOCUMENT.format("success"),
                "took",
                unit="s",
                thresholds=rising(1, 5),
            ),
            Query(DOCUMENT.format("bytes"), "size", unit="bytes"),
        ),
        "no exporter is scraped",
        size=(24, 12),
        sort_ascending="had",
        sort_descending="took",
    ),
    TimeSeries(
        "How long a poll takes",
        "From the first question to the last answer. Good: well under the interval of 15 s. It "
        "grows with the load of the mgr or the monitor that is asked.",
        (
            Query(
                "max by (cluster, instance) (ceph_exporter_poll_duration_seconds{*})",
                WHICH,
            ),
        ),
        "no exporter is scraped",
        unit="s",
        thresholds=rising(5, 10),
        threshold_lines=True,
        minimum=0,
        size=(6, 8),
    ),
    TimeSeries(
        "Documents that were not had",
        "Documents that the last poll asked for in vain. Good: 0.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_document_success{*} == bool 0)",
                WHICH,
            ),
        ),
        "no exporter is scraped",
        thresholds=warn_from(1),
        minimum=0,
        size=(6, 8),
    ),
    TimeSeries(
        "Collectors that failed",
        "Good: 0. A collector that fails is a fault of the exporter: please report it.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_collector_success{*} == bool 0)",
                WHICH,
            ),
        ),
        "no exporter is scraped",
        thresholds=warn_from(1),
        minimum=0,
        size=(6, 8),
    ),
    TimeSeries(
        "Series left out",
        "Series that are not on the page because a collector (poll.series_limit) or the page "
        "(--web.series-limit) has too many. Good: 0. More: what is shown is not all.",
        (
            Query(
                "sum by (cluster, instance) (ceph_exporter_collector_series_cut{*})",
                f"of collectors {WHICH}",
            ),
            Query(each("max", "ceph_exporter_page_series_cut{+}"), "of the page {{instance}}"),
        ),
        "no exporter is scraped",
        thresholds=warn_from(1),
        minimum=0,
        size=(6, 8),
    ),
)

BOARD = Dashboard(
    "ceph-exporter",
    "Ceph exporter",
    "The exporter itself: does it reach Ceph, what does it get, what does it cost.",
    (
        Section("At a glance", GLANCE),
        Section("What it gets from Ceph", CEPH),
        Section("What it costs", PROCESS),
    ),
    time_from="now-1h",
)
