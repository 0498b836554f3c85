"""RBD mirroring: the health of the mirror daemons, and the state of the images."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts, Versions
from ceph_exporter.facts.rbd_mirror import SERVICE, MirrorDaemon, PoolOfDaemon, RbdMirror
from ceph_exporter.facts.service_dump import Service, ServiceDump
from ceph_exporter.metric import Family, Labels, Metric, Samples

_REQUESTED_TOO = (Versions,)
"""Over the dashboard, mirroring is requested only if this contains a mirror daemon."""

_POOL = Labels("pool")
_OF_LEADER = "Known to the daemon that is the leader of the pool."

DAEMON_HEALTH = Metric(
    "ceph_rbd_mirror_daemon_health",
    "gauge",
    "Health that the RBD mirror daemon reports: 0 ok, 1 warning, 2 error",
    RbdMirror.document,
    Labels("ceph_daemon", "id", "hostname"),
    detail="Absent until the daemon has reported a pool.",
)
POOL_HEALTH = Metric(
    "ceph_rbd_mirror_pool_health",
    "gauge",
    "Health of the mirroring of the pool: 0 ok, 1 warning, 2 error",
    RbdMirror.document,
    Labels("pool", "mode"),
    detail="Over the dashboard. Absent if the dashboard does not know it.",
)
IMAGES = Metric(
    "ceph_rbd_mirror_images",
    "gauge",
    "Number of mirrored images of the pool by state, such as replaying, stopped or error",
    RbdMirror.document,
    Labels("pool", "state"),
    detail="Over the dashboard. Images that are primary in this cluster are `stopped`; `unknown` "
    "means that no daemon is responsible for the image.",
)
ERRORS = Metric(
    "ceph_rbd_mirror_image_errors",
    "gauge",
    "Number of images of the pool that the RBD mirror daemons cannot mirror",
    RbdMirror.document,
    _POOL,
)
WARNINGS = Metric(
    "ceph_rbd_mirror_image_warnings",
    "gauge",
    "Number of images of the pool about which the RBD mirror daemons warn",
    RbdMirror.document,
    _POOL,
)
LOCAL = Metric(
    "ceph_rbd_mirror_local_images",
    "gauge",
    "Number of mirrored images of the pool in this cluster",
    RbdMirror.document,
    _POOL,
    detail=_OF_LEADER,
)
REMOTE = Metric(
    "ceph_rbd_mirror_remote_images",
    "gauge",
    "Number of mirrored images of the pool in the peer cluster",
    RbdMirror.document,
    _POOL,
    detail=_OF_LEADER,
)
BEHIND = Metric(
    "ceph_rbd_mirror_entries_behind",
    "gauge",
    "Largest number of journal entries that an image of the pool is behind its primary",
    RbdMirror.document,
    _POOL,
    detail="Over the dashboard, for images that are mirrored by journal.",
)
UNTIL_SYNCED = Metric(
    "ceph_rbd_mirror_until_synced_seconds",
    "gauge",
    "Longest estimated time until an image of the pool has all changes of its primary",
    RbdMirror.document,
    _POOL,
    detail="Over the dashboard; the estimate is that of the mirror daemon.",
)
_WATCHED = ("error", "unknown")
"""States that alert rules use; they are exported for each pool with images, even if it is 0."""


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the daemons, then those of pools and images."""
    answer = facts.get(RbdMirror)
    if answer is None:
        return
    dump = facts.get(ServiceDump)
    services = {row.id: row for row in dump.services if row.type == SERVICE} if dump else {}
    yield DAEMON_HEALTH, [_health(row, services) for row in answer.daemons]
    yield (
        POOL_HEALTH,
        [(POOL_HEALTH.labels(row.name, row.mode), row.health) for row in answer.pools or ()],
    )
    yield IMAGES, _images(answer)
    reported = [pool for daemon in answer.daemons for pool in daemon.pools]
    yield ERRORS, _sums({name: [row.errors for row in rows] for name, rows in _by_name(reported)})
    yield (
        WARNINGS,
        _sums({name: [row.warnings for row in rows] for name, rows in _by_name(reported)}),
    )
    yield LOCAL, [(_POOL(row.name), row.local) for row in _leaders(reported)]
    yield REMOTE, [(_POOL(row.name), row.remote) for row in _leaders(reported)]
    behind = answer.behind or {}
    yield BEHIND, [(_POOL(name), row.entries) for name, row in behind.items()]
    yield UNTIL_SYNCED, [(_POOL(name), row.seconds) for name, row in behind.items()]


def _health(row: MirrorDaemon, services: Mapping[str, Service]) -> tuple[str, int | None]:
    service = services.get(row.instance)
    name = row.name or (service.name if service else "")
    hostname = row.hostname or (service.hostname if service else "")
    return DAEMON_HEALTH.labels(f"{SERVICE}.{row.instance}", name, hostname), row.health


def _images(answer: RbdMirror) -> Samples:
    if answer.states is None:
        return []
    zeros = {(pool, state): 0 for pool, _ in answer.states for state in _WATCHED}
    numbers = zeros | {(pool, state.lower()): n for (pool, state), n in answer.states.items()}
    return [(IMAGES.labels(*key), number) for key, number in numbers.items()]


def _by_name(rows: list[PoolOfDaemon]) -> Iterator[tuple[str, list[PoolOfDaemon]]]:
    for name in dict.fromkeys(row.name for row in rows):
        yield name, [row for row in rows if row.name == name]


def _sums(numbers: Mapping[str, list[int | None]]) -> Samples:
    """Return the sums over the daemons; a sum over an unknown number is unknown."""
    return [
        (_POOL(name), None if None in row else sum(value or 0 for value in row))
        for name, row in numbers.items()
    ]


def _leaders(rows: list[PoolOfDaemon]) -> list[PoolOfDaemon]:
    """Return for each pool the report of the daemon that knows the images of both clusters."""
    by_name = {row.name: row for row in rows if row.local is not None or row.remote is not None}
    return list(by_name.values())
