"""Clients that fail to do what an MDS asks of them, from the detail lines of health checks.

Sources: Beacon::notify_health (mds/Beacon.cc) and MDSMap::get_health_checks of Ceph 12 to 20:
"mds.a(mds.0): Client host1:home failing to respond to capability release client_id: 4305", without
the first dot up to Ceph 14. Beyond ten clients of an MDS (`mds_health_summarize_threshold`), one
line has their number: "mds.a(mds.0): Many clients (12) failing to respond to cache pressure
client_count: 12". Up to Ceph 11 (MDSMonitor.cc), the lines start with the rank: "mds0: Client ...".
"""

import re
from collections import Counter
from collections.abc import Mapping

from ceph_exporter.facts.fs_dump import Filesystem
from ceph_exporter.facts.fs_status import is_ranked
from ceph_exporter.facts.health import Check, Health

PROBLEMS: Mapping[str, str] = {
    "late_release": "MDS_CLIENT_LATE_RELEASE",
    "recall": "MDS_CLIENT_RECALL",
    "oldest_tid": "MDS_CLIENT_OLDEST_TID",
}
"""The health check for each problem; if many clients have it, the check's name ends in _MANY."""

_LINE = re.compile(r"mds\.?(\S+?)\(mds\.\d+\): (?:Many clients \((\d{1,9})\))?")
_OLD_LINE = re.compile(r"mds(\d{1,9}): (?:Many clients \((\d{1,9})\))?")
_MAX_DETAIL = 50  # the default of mon_health_max_detail


def failing(health: Health, filesystem: Filesystem) -> dict[str, Mapping[str, int]]:
    """Return the number of clients by problem and name of the MDS, for MDSs that have any.

    A problem whose number is unknown is missing.
    """
    if not (health.detailed and health.listed):
        return {}
    by_rank = {str(mds.rank): mds.name for mds in filesystem.mds if is_ranked(mds.state)}
    names = frozenset(mds.name for mds in filesystem.mds)
    numbers: dict[str, Mapping[str, int]] = {}
    for problem, code in PROBLEMS.items():
        checks = [health.checks[name] for name in (code, f"{code}_MANY") if name in health.checks]
        counted = [_by_mds(check, by_rank) for check in checks]
        if None not in counted:
            total = sum((each for each in counted if each), Counter[str]())
            numbers[problem] = {name: total[name] for name in total if name in names}
    return numbers


def _by_mds(check: Check, by_rank: Mapping[str, str]) -> Counter[str] | None:
    """Return the number of clients by MDS, None if Ceph does not list all of them."""
    lines = check.detail
    listed = len(lines) >= check.count if check.count is not None else len(lines) < _MAX_DETAIL
    if not (check.complete and lines and listed):
        return None
    counter = Counter[str]()
    for line in lines:
        if match := _LINE.match(line):
            counter[match[1]] += int(match[2] or 1)
        elif match := _OLD_LINE.match(line):
            counter[by_rank.get(match[1], "")] += int(match[2] or 1)
        else:
            return None
    return counter
