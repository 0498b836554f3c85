"""What the dashboard still reports of health while `/api/health/minimal` and `full` fail.

Sources: `/api/health/snapshot` (20 and later, controllers/health.py), `/api/summary` (14 and later,
controllers/summary.py). They have no details of the checks, and the summary has no checks.
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
    """The dashboard's `/api/health/snapshot`; sections that the user may not read are left out."""

    health: RawHealth
    fsid: str | None = None
    osdmap: RawCounts | None = None
    pgmap: RawPgs | None = None


class RawSummary(msgspec.Struct, frozen=True):
    """The dashboard's `/api/summary`, as far as it stands in for `status`."""

    health_status: str


_decode_snapshot = Decoder(RawSnapshot)
_decode_summary = Decoder(RawSummary)


@decodes("dashboard/health/snapshot")
def decode_snapshot(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's answer of 20 and later, made from the mon command `status`.

    Its checks have no details, and a rate that Ceph omits because it is 0 is null.
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
    """Decode the status alone, and the version, of the dashboard's summary."""
    return (Status(health=_decode_summary(body).health_status), *decode_version(body))
