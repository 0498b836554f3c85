"""The OSDs: latency and slow requests."""

from dashboards.content.hosts_and_osds import OSD_OF_SERIES, host_link, osd_link
from dashboards.content.osds_use import LATENCY, NAME
from dashboards.content.phrases import NO_OSDS, NOTHING_WRONG, located
from dashboards.engine.declare import Heatmap, Query, Table, TimeSeries, limits, rising

# Upper bounds in milliseconds, from flash to a disk that hangs.
BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)
BUCKETS = " or ".join(
    f'label_replace(sum ({LATENCY} <= bool {bound}), "le", "{name}", "", "")'
    for bound, name in (*((bound, str(bound)) for bound in BOUNDS), ("Inf", "+Inf"))
)

LATENCIES = (
    Heatmap(
        "Commit latency of all OSDs",
        "How many OSDs have which commit latency over time. Good: one dark band that stays where "
        "it is, at a few ms for flash and under 50 ms for hard disks. A spot far above the band "
        "is a slow disk; a band that rises is load.",
        (Query(BUCKETS, "{{le}}"),),
        NO_OSDS,
        unit="ms",
        size=(12, 10),
    ),
    TimeSeries(
        "Slowest OSDs",
        "The ten OSDs with the highest commit latency in the time range. Good: a few ms for flash, "
        "under 50 ms for hard disks. If one line is far above the others, that disk is probably "
        "failing. Click a line to open the page about the OSD.",
        (
            Query(
                f"{LATENCY} and topk(10, max by (cluster, ceph_daemon)"
                " (max_over_time(ceph_osd_commit_latency_ms{*}[$__range] @ end())))",
                NAME,
            ),
        ),
        NO_OSDS,
        unit="ms",
        thresholds=limits((50, "orange"), (200, "red")),
        threshold_lines=True,
        size=(12, 10),
        minimum=0,
        links=(OSD_OF_SERIES,),
    ),
    Table(
        "Latency outliers",
        "OSDs whose latency is above 20 ms and above three times the median of their cluster, with "
        "their location. Good: none.",
        (
            Query(
                located(
                    f"(({LATENCY} > 20) and on (cluster, ceph_daemon) ({LATENCY} > on (cluster)"
                    f" group_left () (3 * quantile by (cluster) (0.5, {LATENCY}))))",
                    "host, rack, device_class",
                ),
                "latency",
                empty_when=NOTHING_WRONG,
                unit="ms",
                thresholds=rising(50, 200),
            ),
        ),
        "No outliers, or the exporter cannot reach Ceph",
        size=(12, 5),
        labels=("ceph_daemon", "host", "rack", "device_class"),
        links=(osd_link(), host_link()),
        sort_descending="latency",
    ),
    Table(
        "OSDs with slow requests",
        "OSDs that Ceph lists in SLOW_OPS, with their location. Good: none.",
        (
            Query(
                located(
                    "(max by (cluster, ceph_daemon)"
                    ' (ceph_daemon_slow_ops{*,ceph_daemon=~"osd[.].*"}) == 1)',
                    "host, rack, device_class",
                ),
                "slow",
                empty_when=NOTHING_WRONG,
                mappings={1: ("yes", "orange")},
            ),
        ),
        "No OSD has slow requests, or the exporter cannot reach Ceph",
        size=(12, 5),
        labels=("ceph_daemon", "host", "rack", "device_class"),
        links=(osd_link(), host_link()),
    ),
)
