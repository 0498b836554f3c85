"""One OSD: where it is, how it is, and its past."""

from dashboards.content.hosts_and_osds import OSD, host_link
from dashboards.content.osd_disks import DISKS
from dashboards.content.osd_space import SPACE
from dashboards.content.phrases import REACHABLE, REACHED, or_none, versioned
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
    Variable,
    limits,
    rising,
)

SMALL = (4, 4)
UNKNOWN = "Unknown: the exporter cannot reach Ceph, or there is no such OSD"
_IS = ',ceph_daemon=~"$osd"'


def one(metric: str) -> str:
    """Return a metric of the chosen OSD."""
    return f"max by (cluster, ceph_daemon) ({metric}{{*{_IS}}})"


def others(aggregate: str, metric: str) -> str:
    """Return an aggregate of a metric over all OSDs, to compare the chosen one with."""
    return f"{aggregate}, max by (cluster, ceph_daemon) ({metric}{{*}}))"


GLANCE = (
    Stat(
        "Up",
        "Whether the OSD is up. If it is down, check its log and its disk.",
        (Query(one("ceph_osd_up"), "{{ceph_daemon}}"),),
        UNKNOWN,
        mappings={0: ("down", "red"), 1: ("up", "green")},
        size=SMALL,
    ),
    Stat(
        "In",
        "Whether the OSD holds data. Ceph marks an OSD out after it was down for ten minutes.",
        (Query(one("ceph_osd_in"), "{{ceph_daemon}}"),),
        UNKNOWN,
        mappings={0: ("out", "orange"), 1: ("in", "green")},
        size=SMALL,
    ),
    Stat(
        "Used",
        "Used share of the OSD. Good: under 75 %. From 85 % on, it is nearly full.",
        (Query(one("ceph_osd_utilization_ratio"), "{{ceph_daemon}}"),),
        UNKNOWN,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Commit latency",
        "Good: a few ms for flash, under 50 ms for hard disks.",
        (Query(one("ceph_osd_commit_latency_ms"), "{{ceph_daemon}}"),),
        UNKNOWN,
        unit="ms",
        thresholds=rising(50, 200),
        size=SMALL,
    ),
    Stat(
        "Slow requests",
        "Whether Ceph lists the OSD in SLOW_OPS. Good: no.",
        (Query(one("ceph_daemon_slow_ops"), "{{ceph_daemon}}"),),
        UNKNOWN,
        mappings={0: ("no", "green"), 1: ("yes", "orange")},
        size=SMALL,
    ),
    Stat(
        "PGs",
        "PGs whose acting set includes the OSD. Good: about 100.",
        (Query(one("ceph_osd_pgs"), "{{ceph_daemon}}"),),
        UNKNOWN,
        size=SMALL,
    ),
    Table(
        "Location",
        "Where the OSD is in the CRUSH tree, its size and its weights. Click the host to see what "
        "else runs on it.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, host, rack, root, device_class)"
                    f" (ceph_osd_location{{*{_IS}}})",
                    "No such OSD",
                ),
                "exists",
                hidden=True,
            ),
            Query(one("ceph_osd_size_bytes"), "size", unit="bytes"),
            Query(one("ceph_osd_crush_weight"), "CRUSH weight"),
            Query(one("ceph_osd_weight"), "reweight"),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 4),
        labels=("host", "rack", "root", "device_class", "note"),
        hidden=("ceph_daemon",),
        links=(host_link(),),
    ),
    Table(
        "Software",
        "The version and the addresses of the OSD.",
        (
            Query(
                "max by (cluster, ceph_daemon, version, objectstore, public_addr, cluster_addr) ("
                + versioned(f"ceph_osd_metadata{{*{_IS}}}")
                + ")",
                "exists",
                hidden=True,
            ),
        ),
        UNKNOWN,
        size=(12, 4),
        labels=("version", "objectstore", "public_addr", "cluster_addr"),
        hidden=("ceph_daemon",),
    ),
)

PAST = (
    StateTimeline(
        "State over time",
        "Whether the OSD was up and in. Good: always.",
        (
            Query(one("ceph_osd_up"), "up"),
            Query(f"10 + {one('ceph_osd_in')}", "in"),
            REACHABLE,
        ),
        "Prometheus scrapes no exporter",
        mappings={
            0: ("down", "red"),
            1: ("up", "green"),
            10: ("out", "orange"),
            11: ("in", "green"),
        }
        | REACHED,
        size=(24, 6),
    ),
    TimeSeries(
        "Latency",
        "Commit and apply latency of the OSD, and the median of all OSDs of the cluster. If only "
        "this OSD is slow, its disk is probably failing.",
        (
            Query(one("ceph_osd_commit_latency_ms"), "commit"),
            Query(one("ceph_osd_apply_latency_ms"), "apply"),
            Query(others("quantile by (cluster) (0.5", "ceph_osd_commit_latency_ms"), "median"),
        ),
        UNKNOWN,
        unit="ms",
        thresholds=limits((50, "orange"), (200, "red")),
        threshold_lines=True,
        minimum=0,
    ),
    TimeSeries(
        "Usage",
        "Used share of the OSD, and the median of all OSDs of the cluster. If it differs much, "
        "the balancer is off or a weight is wrong.",
        (
            Query(one("ceph_osd_utilization_ratio"), "this OSD"),
            Query(others("quantile by (cluster) (0.5", "ceph_osd_utilization_ratio"), "median"),
        ),
        UNKNOWN,
        unit="percentunit",
        thresholds=limits((0.75, "orange"), (0.85, "red")),
        threshold_lines=True,
        minimum=0,
        maximum=1,
    ),
    TimeSeries(
        "PGs over time",
        "PGs of the OSD, and the median of all OSDs of the cluster.",
        (
            Query(one("ceph_osd_pgs"), "this OSD"),
            Query(others("quantile by (cluster) (0.5", "ceph_osd_pgs"), "median"),
        ),
        UNKNOWN,
        unit="locale",
        decimals=0,
        minimum=0,
    ),
)

BOARD = Dashboard(
    OSD,
    "Ceph OSD",
    "One OSD of a Ceph cluster: its state, usage, latency and disks, now and over time.",
    (
        Section("At a glance", GLANCE),
        Section("Over time", PAST),
        Section("Space and BlueStore", SPACE),
        Section("Disks and crashes", DISKS),
    ),
    variables=(Variable("osd", "OSD", "label_values(ceph_osd_up{*}, ceph_daemon)"),),
)
