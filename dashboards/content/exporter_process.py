"""The exporter itself: what a scrape, its memory and its processor time cost."""

from dashboards.content.phrases import each, own
from dashboards.engine.declare import Query, Table, TimeSeries

PROCESS = (
    TimeSeries(
        "Scrape",
        "How long Prometheus takes to get the page. Good: milliseconds; a scrape only sends bytes.",
        (Query(each("max", "scrape_duration_seconds{+}"), "{{instance}}"),),
        "no exporter is scraped",
        unit="s",
        minimum=0,
    ),
    TimeSeries(
        "Series",
        "Samples on the page. It grows with OSDs and pools; a jump is a new collector, or a label "
        "that should not be.",
        (Query(each("max", "scrape_samples_scraped{+}"), "{{instance}}"),),
        "no exporter is scraped",
        minimum=0,
    ),
    TimeSeries(
        "Memory",
        "Resident memory of the exporter. Good: flat.",
        (Query(each("max", "process_resident_memory_bytes{+}"), "{{instance}}"),),
        "no exporter is scraped",
        unit="bytes",
        minimum=0,
    ),
    TimeSeries(
        "Processor",
        "Processor time in a second. Good: a few hundredths.",
        (
            Query(
                each("max", "rate(process_cpu_seconds_total{+}[$__rate_interval])"),
                "{{instance}}",
            ),
        ),
        "no exporter is scraped",
        unit="percentunit",
        minimum=0,
    ),
    TimeSeries(
        "Open files",
        "Part of the allowed open files that are open. Good: a few hundredths.",
        (
            Query(
                each("max", "process_open_fds{+} / process_max_fds{+}"),
                "{{instance}}",
            ),
        ),
        "no exporter is scraped",
        unit="percentunit",
        minimum=0,
    ),
    Table(
        "Version",
        "The exporter's own version. Good: the same everywhere.",
        (
            Query(
                "max by (instance, version, pythonversion) ("
                + own("ceph_exporter_build_info{+}")
                + ")",
                "runs",
                hidden=True,
            ),
        ),
        "no exporter is scraped",
    ),
)
