"""The document `log last`: signs, cheap for Ceph, that the state of the cluster has changed.

Sources: the dashboard's `/api/logs/all` (Ceph 13 and later, controllers/logs.py), which contains
the latest lines of the cluster log, and `/api/health/snapshot` (Ceph 20 and later,
controllers/health.py). The mgr answers both without reading the OSD map, whatever its size.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.health import from_raw
from ceph_exporter.facts.health_snapshot import RawCounts, RawSnapshot

_LINES = 50
_DEBUG = "[DBG]"
"""The priority of routine lines, such as those that report every change of PGs."""


class Signs(Fact, frozen=True):
    """What changes whenever health checks are raised, updated or cleared, or OSDs go up or down.

    The content means nothing by itself. If it differs from the previous one, the state of the
    cluster has probably changed. If a change shows no sign, other documents show it later.
    """

    document = "log last"

    marks: tuple[str, ...]


class RawLine(msgspec.Struct, frozen=True):
    """One line of the cluster log, with a priority such as `[WRN]`."""

    stamp: str = ""
    priority: str = ""
    message: str = ""


class RawLogs(msgspec.Struct, frozen=True):
    """The cluster log, newest line first. The audit log is not needed."""

    clog: tuple[RawLine | None, ...] = ()


_decode_logs = Decoder(RawLogs)
_decode_snapshot = Decoder(RawSnapshot)


@decodes("dashboard/logs/all")
def decode_logs(body: bytes) -> tuple[Fact, ...]:
    """Decode the latest lines of the cluster log, except routine ones."""
    lines = (line for line in _decode_logs(body).clog if line and line.priority != _DEBUG)
    return (Signs(tuple(f"{line.stamp} {line.message}" for line in lines)[:_LINES]),)


@decodes("dashboard/health/snapshot/signs")
def decode_snapshot_signs(body: bytes) -> tuple[Fact, ...]:
    """Decode the checks and OSD counts in the dashboard's health snapshot."""
    answer = _decode_snapshot(body)
    health, osds = from_raw(answer.health), answer.osdmap or RawCounts()
    checks = (
        f"{code} {check.severity} {check.muted} {check.message}"
        for code, check in sorted(health.checks.items())
    )
    return (Signs((f"{health.status} {osds.num_osds} {osds.up} {osds.is_in}", *checks)),)
