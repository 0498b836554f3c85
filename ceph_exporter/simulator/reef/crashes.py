"""The crash reports of Reef (src/pybind/mgr/crash): an archived one, and that of the incident."""

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef.common import VERSION, zulu
from ceph_exporter.simulator.timeline import CYCLE, INCIDENTS


def crash_ls(state: State) -> list[dict[str, str]]:
    """Give `crash ls`; this cycle's report is archived as soon as the incident ends."""
    moment = state.moment
    last_year = _report(state, 0, -90 * 86400.0)
    found = [last_year | {"archived": zulu(-89 * 86400.0)}]
    start, end = INCIDENTS["crash"]
    if moment.is_on("crash"):
        found += recent(state)
    elif moment.phase >= end:
        when = moment.cycle * CYCLE
        report = _report(state, moment.victim("crash"), when + start)
        found.append(report | {"archived": zulu(when + end)})
    return found


def recent(state: State) -> list[dict[str, str]]:
    """Give the reports that are not archived, while the incident goes on."""
    moment = state.moment
    return [_report(state, moment.victim("crash"), moment.seconds - moment.elapsed("crash"))]


def _report(state: State, osd: int, seconds: float) -> dict[str, str]:
    layout = state.moment.layout
    when = zulu(seconds)
    return {
        "crash_id": f"{when}_00000000-0000-4000-8000-{osd:012d}",
        "entity_name": f"osd.{osd}",
        "ceph_version": VERSION.split()[2],
        "process_name": "ceph-osd",
        "timestamp": when,
        "utsname_hostname": layout.hosts[layout.osds[osd].host].name,
    }
