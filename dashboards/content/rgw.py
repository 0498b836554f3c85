"""The RADOS Gateways: gateways, users, quotas, buckets and requests."""

from dashboards.content.checks import RGW
from dashboards.content.figures import Absence, figure
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import cluster, or_none, versioned
from dashboards.content.rgw_buckets import BUCKETS
from dashboards.content.rgw_requests import REQUESTS
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Table,
    TimeSeries,
    rising,
)

NO_RGW = "the cluster has no RADOS Gateway"
NOTHING = "No RADOS Gateway, RGW does not answer, or the exporter cannot reach Ceph"
QUOTA = rising(0.9, 1)
_ABSENT = Absence(NO_RGW, NOTHING)


def _sum(metric: str) -> str:
    return f"sum by (cluster) (max by (cluster, user, placement) ({metric}{{*}}))"


GLANCE = (
    figure(
        "Gateways",
        "Number of RADOS Gateways that Ceph knows of. A gateway that dies is forgotten after about "
        "a minute.",
        "count by (cluster) (max by (cluster, ceph_daemon, hostname) (ceph_rgw_daemon_info{*}))",
        _ABSENT,
    ),
    figure("Users", "Number of users of the zone.", cluster("ceph_rgw_users"), _ABSENT),
    figure("Buckets", "Number of buckets of all users.", _sum("ceph_rgw_user_buckets"), _ABSENT),
    figure("Objects", "Number of objects in all buckets.", _sum("ceph_rgw_user_objects"), _ABSENT),
    figure(
        "Data",
        "Size of the objects in all buckets, before compression and replication.",
        _sum("ceph_rgw_user_bytes"),
        _ABSENT,
        unit="bytes",
    ),
    figure(
        "Highest quota usage",
        "The highest usage of any user's quota, for size or objects. Good: under 90 %. At 100 % "
        "RGW refuses uploads.",
        cluster("ceph_rgw_user_quota_used_ratio"),
        Absence("no user has a quota", f"No user has a quota. {NOTHING}"),
        unit="percentunit",
        thresholds=QUOTA,
    ),
)

GATEWAYS = (
    Table(
        "Gateways",
        "Every RADOS Gateway, where it runs, and its version. Good: one version.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, hostname, zone, zonegroup, version)"
                    f" ({versioned('ceph_rgw_daemon_info{*}')})",
                    "No RADOS Gateway",
                ),
                "exists",
                hidden=True,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 8),
        labels=("ceph_daemon", "hostname", "zone", "zonegroup", "version", "note"),
        links=(host_link("hostname"),),
    ),
    TimeSeries(
        "Gateways over time",
        "Number of gateways of each zone. If a line falls, a gateway has stopped; the alert "
        "CephRGWDown fires.",
        (
            Query(
                "count by (cluster, zone)"
                " (max by (cluster, zone, ceph_daemon, hostname) (ceph_rgw_daemon_info{*}))",
                "{{zone}}",
                empty_when=NO_RGW,
            ),
        ),
        "No RADOS Gateway, or the exporter cannot reach Ceph",
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
)

_PLACED = "max by (cluster, user, placement) ({}{{*}})"
_LARGEST = f"topk(50, {_PLACED.format('ceph_rgw_user_bytes')})"


def _of_largest(metric: str, labels: str = "user, placement") -> str:
    return f"max by (cluster, {labels}) ({metric}{{*}}) and on (cluster, {labels}) {_LARGEST}"


USERS = (
    Table(
        "Users",
        "The 50 users with the most data, by placement target. A user in a tenant is named "
        "TENANT$USER.",
        (
            Query(or_none(_LARGEST, "No buckets, or unknown"), "size", unit="bytes"),
            Query(_of_largest("ceph_rgw_user_objects"), "objects", empty_when=NO_RGW),
            Query(_of_largest("ceph_rgw_user_buckets"), "buckets", empty_when=NO_RGW),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 9),
        labels=("user", "placement", "note"),
        sort_descending="size",
    ),
    Table(
        "Quotas of users",
        "The 50 users that have used most of their quota, for size or objects, whichever is "
        "larger. Good: under 90 %. At 100 % RGW refuses uploads.",
        (
            Query(
                "topk(50, max by (cluster, user) (ceph_rgw_user_quota_used_ratio{*}))",
                "of quota",
                empty_when="no user has a quota",
                unit="percentunit",
                thresholds=QUOTA,
            ),
        ),
        f"No user has a quota. {NOTHING}",
        size=(12, 9),
        labels=("user",),
        sort_descending="of quota",
    ),
    TimeSeries(
        "Data by user",
        "Size of the objects of the ten users with the most data.",
        (
            Query(
                f"sum by (cluster, user) ({_PLACED.format('ceph_rgw_user_bytes')})"
                " and on (cluster, user) topk(10, sum by (cluster, user)"
                " (max by (cluster, user, placement)"
                " (max_over_time(ceph_rgw_user_bytes{*}[$__range] @ end()))))",
                "{{user}}",
                empty_when=NO_RGW,
            ),
        ),
        NOTHING,
        unit="bytes",
        size=(12, 9),
        minimum=0,
    ),
    TimeSeries(
        "Quotas that are not known",
        "Number of users whose quotas the exporter has not received yet. It asks for each user, "
        "over several rounds, and for at most 2,000 users.",
        (
            Query(
                cluster("ceph_exporter_rgw_user_quotas_missing"),
                "{{cluster}}",
                empty_when=NO_RGW,
            ),
        ),
        NOTHING,
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
    ),
)

BOARD = Dashboard(
    RGW,
    "Ceph object gateways",
    "The RADOS Gateways: where they run, who stores what, quotas, buckets and requests.",
    (
        Section("At a glance", GLANCE),
        Section("Gateways", GATEWAYS),
        Section("Users and quotas", USERS),
        Section("Requests", REQUESTS),
        Section("Buckets", BUCKETS),
    ),
)
