"""The document `status`: a summary of the cluster.

Sources: Monitor::get_cluster_status, OSDMap::print_summary and PGMap::print_summary of Ceph 0.67 to
20; the dashboard's `/api/health/minimal`, which also contains `health detail`.
"""

from collections.abc import Collection, Mapping

import msgspec

from ceph_exporter.facts import service_dump
from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.health import RawHealth, from_raw, status_of
from ceph_exporter.facts.numbers import amounts, counts
from ceph_exporter.facts.progress_events import Events, RawEvent, from_status

_RECOVERY = {"recovering", "backfilling", "backfill"}  # "backfill": up to Ceph 11


class Status(Fact, frozen=True):
    """Counts and rates of the cluster. A figure that is unknown is None.

    pg_states: the number of PGs by combined state ("active+clean"); pg_states_complete: whether
    pg_states has every state of the answer. Rates are per second; those of reads, writes and
    recovery are in bytes per second. A rate that Ceph omits because the cluster is idle is 0.
    osd_epoch: the epoch of the OSD map. events: operations in progress.
    """

    document = "status"

    health: str | None
    fsid: str | None = None
    osd_epoch: int | None = None
    osds: int | None = None
    osds_up: int | None = None
    osds_in: int | None = None
    pgs_remapped: int | None = None
    pg_states: Mapping[str, int] = {}
    pg_states_complete: bool = True
    objects_degraded: float | None = None
    objects_misplaced: float | None = None
    objects_unfound: float | None = None
    read_bytes: float | None = None
    write_bytes: float | None = None
    read_ops: float | None = None
    write_ops: float | None = None
    ops: float | None = None
    recovery_bytes: float | None = None
    recovery_objects: float | None = None
    events: Events | None = None

    def without_mgr(self) -> "Status":
        """Return health, fsid, OSD counts and remapped PGs; figures from the mgr are left out."""
        names = "health", "fsid", "osds", "osds_up", "osds_in", "pgs_remapped"
        return Status(**{name: getattr(self, name) for name in names})

    @property
    def at_rest(self) -> bool:
        """Whether the recovery rate is 0 and no PG is in a recovery state; False if unknown."""
        states = {state for joined in self.pg_states for state in joined.split("+")}
        complete = self.pg_states_complete and bool(states)
        return self.recovery_bytes == 0 and complete and states.isdisjoint(_RECOVERY)


class RawOsdmap(msgspec.Struct, frozen=True):
    """The OSD counts, up to Ceph 14 inside a second `osdmap`. In Ceph 0.67, some are strings."""

    osdmap: "RawOsdmap | None" = None
    epoch: int | None = None
    num_osds: int | None = None
    num_up_osds: int | None = None
    num_in_osds: int | None = None
    num_remapped_pgs: int | None = None


class RawState(msgspec.Struct, frozen=True):
    """One row of `pgs_by_state`."""

    state_name: str
    count: int


class RawPgmap(msgspec.Struct, frozen=True):
    """`pgmap`. Ceph omits each rate and each object count below while it is 0.

    op_per_sec exists only up to Ceph 9.
    """

    pgs_by_state: tuple[RawState | None, ...] = ()
    degraded_objects: float | None = 0
    misplaced_objects: float | None = 0
    unfound_objects: float | None = 0
    read_bytes_sec: float | None = 0
    write_bytes_sec: float | None = 0
    read_op_per_sec: float | None = 0
    write_op_per_sec: float | None = 0
    op_per_sec: float | msgspec.UnsetType | None = msgspec.UNSET
    recovering_bytes_per_sec: float | None = 0
    recovering_objects_per_sec: float | None = 0


class RawStatus(msgspec.Struct, frozen=True):
    """The answer to `status`."""

    health: RawHealth | None = None
    osdmap: RawOsdmap = RawOsdmap()
    pgmap: RawPgmap | None = None
    fsid: str | None = None
    servicemap: service_dump.RawServiceMap | None = None
    progress_events: dict[str, RawEvent | None] | None = None


class RawOsd(msgspec.Struct, frozen=True):
    """One OSD in the dashboard's minimal answer."""

    up: int
    is_in: int = msgspec.field(name="in")


class RawOsds(msgspec.Struct, frozen=True):
    """`osd_map` in the dashboard's minimal answer."""

    osds: tuple[RawOsd | None, ...]


class RawObjects(msgspec.Struct, frozen=True):
    """`pg_info.object_stats`."""

    num_objects_degraded: float | None = None
    num_objects_misplaced: float | None = None
    num_objects_unfound: float | None = None


class RawPgInfo(msgspec.Struct, frozen=True):
    """`pg_info` in the dashboard's minimal answer."""

    object_stats: RawObjects = RawObjects()
    statuses: dict[str, int | None] = {}


class RawClientPerf(msgspec.Struct, frozen=True):
    """`client_perf` in the dashboard's minimal answer."""

    read_bytes_sec: float | None = None
    write_bytes_sec: float | None = None
    read_op_per_sec: float | None = None
    write_op_per_sec: float | None = None
    recovering_bytes_per_sec: float | None = None


class RawMinimal(msgspec.Struct, frozen=True):
    """The dashboard's `/api/health/minimal`, without sections that the user cannot read."""

    health: RawHealth | None = None
    osd_map: RawOsds | None = None
    pg_info: RawPgInfo | None = None
    client_perf: RawClientPerf = RawClientPerf()


_decode = Decoder(RawStatus)
_decode_minimal = Decoder(RawMinimal)


@decodes("status")
def decode_status(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `status`; from Ceph 12 on, it also contains `service dump`."""
    answer = _decode(body)
    services = answer.servicemap
    return (_from_status(answer), *((service_dump.from_raw(services),) if services else ()))


def _from_status(answer: RawStatus) -> Status:
    osdmap = answer.osdmap.osdmap or answer.osdmap
    osds = amounts(
        Status(
            health=status_of(answer.health) if answer.health else None,
            fsid=answer.fsid,
            osd_epoch=osdmap.epoch,
            osds=osdmap.num_osds,
            osds_up=osdmap.num_up_osds,
            osds_in=osdmap.num_in_osds,
            pgs_remapped=osdmap.num_remapped_pgs,
            events=from_status(answer.progress_events),
        )
    )
    if answer.pgmap is None:
        return osds
    # Up to Ceph 9, there is one sum of all operations; later, reads and writes are separate.
    pgmap = amounts(answer.pgmap)
    separate = (joint := pgmap.op_per_sec) is msgspec.UNSET
    reads, writes = pgmap.read_op_per_sec, pgmap.write_op_per_sec
    states = states_of(pgmap.pgs_by_state)
    return msgspec.structs.replace(
        osds,
        pg_states=states,
        pg_states_complete=len(states) == len(pgmap.pgs_by_state),
        objects_degraded=pgmap.degraded_objects,
        objects_misplaced=pgmap.misplaced_objects,
        objects_unfound=pgmap.unfound_objects,
        read_bytes=pgmap.read_bytes_sec,
        write_bytes=pgmap.write_bytes_sec,
        read_ops=reads if separate else None,
        write_ops=writes if separate else None,
        ops=_both(reads, writes) if joint is msgspec.UNSET else joint,
        recovery_bytes=pgmap.recovering_bytes_per_sec,
        recovery_objects=pgmap.recovering_objects_per_sec,
    )


def states_of(rows: Collection[RawState | None]) -> Mapping[str, int]:
    """Return the number of PGs by state, without rows that are broken or impossible."""
    return counts({row.state_name: row.count for row in rows if row})


def _both(reads: float | None, writes: float | None) -> float | None:
    return None if reads is None or writes is None else reads + writes


@decodes("dashboard/health/minimal")
def decode_minimal(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's minimal answer into `health detail` and `status`."""
    return from_minimal(_decode_minimal(body))


def from_minimal(answer: RawMinimal) -> tuple[Fact, ...]:
    """Return the facts for an answer that has the sections of `/api/health/minimal`.

    Without a health status, there is no fact for `health detail`. Raise DecodeError if the OSDs and
    the PGs are missing, too.
    """
    health = status_of(answer.health) if answer.health else None
    if health is None and answer.osd_map is None and answer.pg_info is None:
        raise DecodeError("Object missing required field `health`")
    osds = None if answer.osd_map is None else [osd for osd in answer.osd_map.osds if osd]
    if answer.osd_map is not None and osds is not None and len(osds) < len(answer.osd_map.osds):
        osds = None  # a broken row was dropped, so the numbers would be too small
    pgs = answer.pg_info or RawPgInfo()
    states = counts({state: n for state, n in pgs.statuses.items() if n is not None})
    perf = amounts(answer.client_perf)
    reads, writes = perf.read_op_per_sec, perf.write_op_per_sec
    status = Status(
        health=health,
        osds=None if osds is None else len(osds),
        osds_up=None if osds is None else sum(osd.up for osd in osds),
        osds_in=None if osds is None else sum(osd.is_in for osd in osds),
        pg_states=states,
        pg_states_complete=len(states) == len(pgs.statuses),
        objects_degraded=pgs.object_stats.num_objects_degraded,
        objects_misplaced=pgs.object_stats.num_objects_misplaced,
        objects_unfound=pgs.object_stats.num_objects_unfound,
        read_bytes=perf.read_bytes_sec,
        write_bytes=perf.write_bytes_sec,
        read_ops=reads,
        write_ops=writes,
        ops=_both(reads, writes),
        recovery_bytes=perf.recovering_bytes_per_sec,
    )
    checks = (from_raw(answer.health),) if answer.health and health else ()
    return (*checks, amounts(status))
