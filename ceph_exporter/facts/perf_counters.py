"""The document `perf counters`: the performance counters of all daemons (Ceph 14 and later).

No command returns it. The dashboard serves it at `/api/perf_counters`, the mgr module restful at
`/perf`.

Sources: src/pybind/mgr/mgr_module.py (get_all_perf_counters of Ceph 14 to 17,
get_unlabeled_perf_counters of Ceph 18 and later), src/pybind/mgr/restful/api/perf.py,
src/common/perf_counters.h (the bits of `type`).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.monitor_details import MonitorReport
from ceph_exporter.facts.numbers import amounts

TIME, AVERAGE, COUNTER, HISTOGRAM = 1, 4, 8, 16


class Counter(msgspec.Struct, frozen=True, gc=False):
    """One counter: a total since the daemon started, or a gauge, depending on the bits of `type`.

    If the bit TIME is set, `value` is in nanoseconds. If the bit AVERAGE is set, `value` is the sum
    of `count` readings.
    """

    type: int
    value: float | None = None
    count: float | None = None
    description: str = ""


class PerfCounters(Fact, frozen=True):
    """Counters by daemon ("osd.0") and path ("osd.op_r"). Daemons may have different paths."""

    document = "perf counters"

    daemons: Mapping[str, Mapping[str, Counter]]

    def monitors(self) -> tuple[MonitorReport, ...]:
        """Return the disk and store of each monitor.

        Ceph's PR 68916 added these counters after Ceph 20.2.4. In earlier releases, all figures are
        None.
        """
        return tuple(
            amounts(
                MonitorReport(
                    daemon.removeprefix("mon."),
                    **{
                        field: counters[path].value
                        for path, field in _DISK.items()
                        if path in counters
                    },
                )
            )
            for daemon, counters in self.daemons.items()
            if daemon.startswith("mon.")
        )


_DISK = {
    "mon.data_disk_total_bytes": "capacity",
    "mon.data_disk_avail_bytes": "avail",
    "mon.data_disk_avail_percent": "avail_percent",
    "mon.db_total_bytes": "store",
}


_decode = Decoder(dict[str, dict[str, Counter]])


@decodes("dashboard/perf_counters", "restful/perf")
def decode_perf_counters(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer from the dashboard or from restful; both have the same structure."""
    return (PerfCounters(_decode(body)),)
