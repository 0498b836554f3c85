"""The cases of alerts about RBD mirroring."""

from tests.deploy.rules import Case

_DAEMON = 'ceph_rbd_mirror_daemon_health{ceph_daemon="rbd-mirror.4210",id="%s",hostname="%s"} %d'
_POOL = 'ceph_rbd_mirror_%s{pool="vms"} %d'

CASES = {
    "CephRBDMirrorDaemonError": Case(
        _DAEMON % ("a", "h1", 2),
        (_DAEMON % ("a", "h1", 1), _DAEMON % ("a", "h1", 0)),
        {"ceph_daemon": "rbd-mirror.4210", "id": "a", "hostname": "h1"},
        "The daemon a on h1 reports an error, for example that it cannot reach the peer cluster. "
        "Images of at least one pool are not mirrored.",
    ),
    "CephRBDMirrorImageError": Case(
        _POOL % ("image_errors", 3),
        (_POOL % ("image_errors", 0), _POOL % ("image_warnings", 3)),
        {"pool": "vms"},
        "The mirror daemons cannot mirror 3 images of the pool vms. Their copies are getting old.",
    ),
    "CephRBDMirrorBehind": Case(
        _POOL % ("until_synced_seconds", 7200),
        (_POOL % ("until_synced_seconds", 3000), _POOL % ("entries_behind", 100000)),
        {"pool": "vms"},
        "An image of the pool vms needs another 2h 0m 0s to receive all changes of its primary. "
        "After a failover to the mirror, the changes since then would be lost.",
    ),
}
