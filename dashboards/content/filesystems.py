"""The filesystems: ranks and MDSs."""

from dashboards.engine.declare import Query, StateTimeline, Table, bad_from

NO_FILESYSTEM = "the cluster has no filesystem"
FS = "max by (cluster, fs_id, name) (ceph_fs_{}{{*}})"

FILESYSTEMS = (
    Table(
        "Filesystems",
        "For each filesystem: ranks that are wanted, active, without an MDS, and damaged. Good: as "
        "many active as wanted, and the others 0.",
        (
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
        "No filesystem, or the exporter cannot reach Ceph",
        size=(12, 7),
    ),
    Table(
        "MDSs",
        "Every MDS, its state and its location. Good: up:active or up:standby. States such as "
        "up:replay and up:rejoin last seconds to minutes.",
        (
            Query(
                "max by (cluster, ceph_daemon, state) (ceph_mds_state{*})",
                "exists",
                empty_when=NO_FILESYSTEM,
                hidden=True,
            ),
            Query(
                "max by (cluster, ceph_daemon, rank, hostname, ceph_version)"
                " (ceph_mds_metadata{*})",
                "exists",
                empty_when=NO_FILESYSTEM,
                hidden=True,
            ),
        ),
        "No MDS, or the exporter cannot reach Ceph",
        size=(12, 7),
    ),
    StateTimeline(
        "MDSs over time",
        "The state of each MDS over time. If it changes often, the MDS is too slow to send its "
        "beacons, often because it lacks memory.",
        (
            Query(
                "max by (cluster, ceph_daemon, state) (ceph_mds_state{*})",
                "{{ceph_daemon}} {{state}} {{cluster}}",
                empty_when=NO_FILESYSTEM,
            ),
        ),
        "No MDS, or the exporter cannot reach Ceph",
        mappings={1: (" ", "blue")},
        size=(24, 7),
    ),
)
