"""The crash reports of Reef (src/pybind/mgr/crash): an old one and one of the current cycle."""

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef.common import VERSION, zulu
from ceph_exporter.simulator.timeline import CYCLE, INCIDENTS


def crash_ls(state: State) -> list[dict[str, str]]:
    """Return `crash ls`. The report of the current cycle is archived when the incident ends."""
    moment = state.moment
    old = _report(state, 0, -90 * 86400.0)
    reports = [old | {"archived": zulu(-89 * 86400.0)}]
    start, end = INCIDENTS["crash"]
    if moment.is_on("crash"):
        reports += recent(state)
    elif moment.phase >= end:
        cycle_start = moment.cycle * CYCLE
        report = _report(state, moment.victim("crash"), cycle_start + start)
        reports.append(report | {"archived": zulu(cycle_start + end)})
    return reports


def recent(state: State) -> list[dict[str, str]]:
    """Return the reports that are not archived. The incident `crash` must be in progress."""
    moment = state.moment
    return [_report(state, moment.victim("crash"), moment.seconds - moment.elapsed("crash"))]


def _report(state: State, osd: int, seconds: float) -> dict[str, str]:
    layout = state.moment.layout
    timestamp = zulu(seconds)
    return {
        "crash_id": f"{timestamp}_00000000-0000-4000-8000-{osd:012d}",
        "entity_name": f"osd.{osd}",
        "ceph_version": VERSION.split()[2],
        "process_name": "ceph-osd",
        "timestamp": timestamp,
        "utsname_hostname": layout.hosts[layout.osds[osd].host].name,
    }
