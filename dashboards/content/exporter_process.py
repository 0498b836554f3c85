"""The exporter's own process: scrape duration, memory and CPU time."""

from dashboards.content.phrases import each, own
from dashboards.engine.declare import Query, Table, TimeSeries

PROCESS = (
    TimeSeries(
        "Scrape",
        "Time that Prometheus needs to scrape the exporter. Good: milliseconds, because a scrape "
        "only sends a page that is ready.",
        (Query(each("max", "scrape_duration_seconds{+}"), "{{instance}}"),),
        "Prometheus scrapes no exporter",
        unit="s",
        minimum=0,
    ),
    TimeSeries(
        "Series",
        "Samples on the exporter's page. The number grows with OSDs and pools; it jumps when a "
        "collector is enabled, or when a label has too many values.",
        (Query(each("max", "scrape_samples_scraped{+}"), "{{instance}}"),),
        "Prometheus scrapes no exporter",
        minimum=0,
    ),
    TimeSeries(
        "Memory",
        "Resident memory of the exporter. Good: constant.",
        (Query(each("max", "process_resident_memory_bytes{+}"), "{{instance}}"),),
        "Prometheus scrapes no exporter",
        unit="bytes",
        minimum=0,
    ),
    TimeSeries(
        "CPU",
        "CPU time per second. Good: a few percent.",
        (
            Query(
                each("max", "rate(process_cpu_seconds_total{+}[$__rate_interval])"),
                "{{instance}}",
            ),
        ),
        "Prometheus scrapes no exporter",
        unit="percentunit",
        decimals=1,
        minimum=0,
    ),
    TimeSeries(
        "Open files",
        "Open file descriptors as a share of the limit. Good: a few percent.",
        (
            Query(
                each("max", "process_open_fds{+} / process_max_fds{+}"),
                "{{instance}}",
            ),
        ),
        "Prometheus scrapes no exporter",
        unit="percentunit",
        decimals=1,
        minimum=0,
    ),
    Table(
        "Version",
        "The exporter's version. Good: the same everywhere.",
        (
            Query(
                "max by (instance, version, pythonversion) ("
                + own("ceph_exporter_build_info{+}")
                + ")",
                "exists",
                hidden=True,
            ),
        ),
        "Prometheus scrapes no exporter",
        labels=("instance", "version", "pythonversion"),
    ),
)
