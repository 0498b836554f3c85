"""The document `service status`: what the RBD mirror daemons report about themselves.

Sources: the command `service status` (DaemonServer.cc of Ceph 12 to 20), which the mgr answers from
memory; each daemon adds a JSON text (ServiceDaemon.cc of rbd_mirror). Over the dashboard, the same
is part of the summary of mirroring (rbd_mirror_summary.py).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.service_dump import ServiceDump

SERVICE = "rbd-mirror"
"""The name of the service in the service map."""
OK, WARNING, ERROR = 0, 1, 2
"""The health of a daemon or pool, as numbers like those of `ceph_health_status`."""


class PoolOfDaemon(msgspec.Struct, frozen=True):
    """What a daemon reports about a pool.

    errors, warnings: the number of its images with errors and warnings; local, remote: the number
    of mirrored images in this cluster and in the peer, which only the leader knows. None is
    unknown.
    """

    name: str
    errors: int | None = None
    warnings: int | None = None
    local: int | None = None
    remote: int | None = None


class MirrorDaemon(msgspec.Struct, frozen=True):
    """An RBD mirror daemon.

    instance: its key in the service map; name: the id with which it was started, and its host,
    empty if unknown; health: None until the daemon has reported a pool.
    """

    instance: str
    name: str
    hostname: str
    health: int | None
    pools: tuple[PoolOfDaemon, ...]


class MirroredPool(msgspec.Struct, frozen=True):
    """A pool with mirroring. mode: `pool` or `image`; health: None if unknown."""

    name: str
    mode: str
    health: int | None


class Behind(msgspec.Struct, frozen=True):
    """How far the worst image of a pool is behind its primary; None if no image reports it."""

    entries: float | None = None
    seconds: float | None = None


class RbdMirror(Fact, frozen=True):
    """The state of mirroring.

    pools: those with mirroring; states: the number of images by pool and state; behind: by pool.
    They are None if the API does not report them or not all images could be read.
    """

    document = "service status"
    aside = True

    daemons: tuple[MirrorDaemon, ...]
    pools: tuple[MirroredPool, ...] | None = None
    states: Mapping[tuple[str, str], int] | None = None
    behind: Mapping[str, Behind] | None = None

    @classmethod
    def redundant(cls, available: Facts) -> bool:
        """Return whether no mirror daemon is known, so that there is nothing to report."""
        dump = available.get(ServiceDump)
        return dump is None or not any(row.type == SERVICE for row in dump.services)


class RawCallout(msgspec.Struct, frozen=True):
    """A problem that a daemon reports. level: `info`, `warning` or `error`."""

    level: str = ""


class RawPoolStatus(msgspec.Struct, frozen=True):
    """What a daemon reports about a pool."""

    name: str
    callouts: dict[str, RawCallout] | None = {}
    image_error_count: int | None = None
    image_warning_count: int | None = None
    image_local_count: int | None = None
    image_remote_count: int | None = None


class RawStatus(msgspec.Struct, frozen=True):
    """The status of a daemon. `json` is a text, an object by the ids of pools."""

    json: str | None = None


class RawDaemon(msgspec.Struct, frozen=True):
    """A daemon in the answer to `service status`."""

    status: RawStatus | None = None


class RawServices(msgspec.Struct, frozen=True):
    """The answer to `service status`, of which only the mirror daemons are used."""

    mirrors: dict[str, RawDaemon] = msgspec.field(default={}, name=SERVICE)


_decode = Decoder(RawServices)
_decode_status = Decoder(dict[str, RawPoolStatus])


@decodes("service status")
def decode_services(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `service status`."""
    return (
        RbdMirror(
            tuple(
                daemon(key, "", "", _status_of(row)) for key, row in _decode(body).mirrors.items()
            )
        ),
    )


def _status_of(row: RawDaemon) -> Mapping[str, RawPoolStatus] | None:
    """Return what a daemon reports by the ids of pools, None if its text is unreadable."""
    text = row.status.json if row.status else None
    try:
        return _decode_status(text.encode()) if text else None
    except DecodeError:
        return None


def daemon(
    key: str, name: str, hostname: str, status: Mapping[str, RawPoolStatus] | None
) -> MirrorDaemon:
    """Return a daemon with what it reports by the ids of pools, None if that is unknown."""
    pools = {row.name: row for row in (status or {}).values()}
    return MirrorDaemon(
        key, name, hostname, _health(pools), tuple(map(_pool_of_daemon, pools.values()))
    )


def _pool_of_daemon(row: RawPoolStatus) -> PoolOfDaemon:
    return PoolOfDaemon(
        row.name,
        amount(row.image_error_count),
        amount(row.image_warning_count),
        amount(row.image_local_count),
        amount(row.image_remote_count),
    )


def _health(pools: Mapping[str, RawPoolStatus]) -> int | None:
    """Return the worst level of the callouts, as the dashboard does; None if one is unknown."""
    if not pools or any(row.callouts is None for row in pools.values()):
        return None
    levels = {one.level for row in pools.values() for one in (row.callouts or {}).values()}
    return ERROR if "error" in levels else WARNING if "warning" in levels else OK
