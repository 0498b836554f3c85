"""The health that the dashboard still reports while `/api/health/minimal` fails.

Sources: `/api/health/snapshot` (Ceph 20 and later, controllers/health.py) and `/api/summary` (Ceph
14 and later, controllers/summary.py). The snapshot has the checks without their details. The
summary has only the overall status and the version.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.health import RawHealth, from_raw
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.status import RawClientPerf, RawState, Status, states_of
from ceph_exporter.facts.version import decode_version


class RawCounts(msgspec.Struct, frozen=True):
    """`osdmap` of the dashboard's snapshot."""

    num_osds: int | None = None
    up: int | None = None
    is_in: int | None = msgspec.field(name="in", default=None)


class RawPgs(RawClientPerf, frozen=True):
    """`pgmap` of the dashboard's snapshot."""

    pgs_by_state: tuple[RawState | None, ...] = ()


class RawSnapshot(msgspec.Struct, frozen=True):
    """The dashboard's `/api/health/snapshot`, without sections that the user cannot read."""

    health: RawHealth
    fsid: str | None = None
    osdmap: RawCounts | None = None
    pgmap: RawPgs | None = None


class RawSummary(msgspec.Struct, frozen=True):
    """The part of the dashboard's `/api/summary` that replaces `status`."""

    health_status: str


_decode_snapshot = Decoder(RawSnapshot)
_decode_summary = Decoder(RawSummary)


@decodes("dashboard/health/snapshot")
def decode_snapshot(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's health snapshot, which it derives from the mon command `status`.

    The checks have no details. A rate that Ceph omits because it is 0 is null in this answer.
    """
    answer = _decode_snapshot(body)
    health = msgspec.structs.replace(from_raw(answer.health), detailed=False)
    osds, pgs = answer.osdmap or RawCounts(), answer.pgmap
    status = Status(
        health=health.status,
        fsid=answer.fsid,
        osds=osds.num_osds,
        osds_up=osds.up,
        osds_in=osds.is_in,
    )
    if pgs is None:
        return health, status
    states = states_of(pgs.pgs_by_state)
    status = msgspec.structs.replace(
        status,
        pg_states=states,
        pg_states_complete=len(states) == len(pgs.pgs_by_state),
        read_bytes=amount(pgs.read_bytes_sec or 0),
        write_bytes=amount(pgs.write_bytes_sec or 0),
        recovery_bytes=amount(pgs.recovering_bytes_per_sec or 0),
    )
    return health, status


@decodes("dashboard/summary/health")
def decode_summary(body: bytes) -> tuple[Fact, ...]:
    """Decode the health status and the version in the dashboard's summary."""
    return (Status(health=_decode_summary(body).health_status), *decode_version(body))
