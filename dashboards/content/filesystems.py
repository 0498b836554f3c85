"""The filesystems: ranks and MDSs."""

from dashboards.content.checks import CEPHFS
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import REACHABLE, REACHED, or_none, versioned
from dashboards.engine.declare import Query, StateTimeline, Table, Texts, bad_from

NO_FILESYSTEM = "the cluster has no filesystem"
FS = "max by (cluster, fs_id, name) (ceph_fs_{}{{*}})"
STATES: Texts = {
    "up:active": ("up:active", "green"),
    "up:standby": ("up:standby", "blue"),
    "up:standby-replay": ("up:standby-replay", "blue"),
}
# The state of an MDS as a number: what is neither active nor a standby is on its way, or failed.
_ON_ITS_WAY = "up:(boot|creating|starting|stopping|replay|resolve|reconnect|rejoin|clientreplay)"
_CODES = (
    (1, '=~"up:active"'),
    (2, '=~"up:standby.*"'),
    (3, f'=~"{_ON_ITS_WAY}"'),
    (4, f'!~"up:active|up:standby.*|{_ON_ITS_WAY}"'),
)
STATE = " or ".join(
    f"{code} * max by (cluster, ceph_daemon) (ceph_mds_state{{*,state{matcher}}})"
    for code, matcher in _CODES
)

FILESYSTEMS = (
    Table(
        "Filesystems",
        "For each filesystem: ranks that are wanted, active, without an MDS, and damaged. Good: as "
        "many active as wanted, and the others 0.",
        (
            Query(or_none(FS.format("max_mds"), "No filesystem"), "exists", hidden=True),
            Query(FS.format("max_mds"), "wanted", empty_when=NO_FILESYSTEM),
            Query(FS.format("mds_active"), "active", empty_when=NO_FILESYSTEM),
            Query(
                FS.format("mds_failed"),
                "without an MDS",
                empty_when=NO_FILESYSTEM,
                thresholds=bad_from(1),
            ),
            Query(
                FS.format("mds_damaged"),
                "damaged",
                empty_when=NO_FILESYSTEM,
                thresholds=bad_from(1),
            ),
            Query(FS.format("standbys_wanted"), "standbys wanted", empty_when=NO_FILESYSTEM),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 7),
        labels=("name", "note"),
        hidden=("fs_id",),
        details=CEPHFS,
    ),
    Table(
        "MDSs",
        "Every MDS, its state and its location. Good: up:active or up:standby. States such as "
        "up:replay and up:rejoin last seconds to minutes.",
        (
            Query(
                or_none("max by (cluster, ceph_daemon, state) (ceph_mds_state{*})", "No MDS"),
                "exists",
                hidden=True,
            ),
            Query(
                "max by (cluster, ceph_daemon, rank, hostname, version)"
                f" ({versioned('ceph_mds_metadata{*}')})",
                "exists",
                empty_when=NO_FILESYSTEM,
                hidden=True,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 7),
        labels=("ceph_daemon", "state", "rank", "hostname", "version", "note"),
        texts={"state": STATES, "rank": {"-1": ("-", "")}},
        links=(host_link("hostname"),),
    ),
    StateTimeline(
        "MDSs over time",
        "The state of each MDS over time. If it changes often, the MDS is too slow to send its "
        "beacons, often because it lacks memory.",
        (Query(STATE, "{{ceph_daemon}}", empty_when=NO_FILESYSTEM), REACHABLE),
        "Prometheus scrapes no exporter",
        mappings={
            1: ("active", "green"),
            2: ("standby", "blue"),
            3: ("starting or taking over", "orange"),
            4: ("failed, damaged or laggy", "red"),
        }
        | REACHED,
        size=(24, 7),
    ),
)
