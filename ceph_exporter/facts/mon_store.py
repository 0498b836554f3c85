"""The document `mon store`: disks and stores of the monitors on the exporter's own host.

Source: sources/mon_store.py, which reads the monitors' data directories.
"""

from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.monitor_details import MonitorReport
from ceph_exporter.facts.odd_fields import WHOLE


class Store(msgspec.Struct, frozen=True):
    """A monitor's disk and store.

    fsid: the fsid of the monitor's cluster, from the path of the data directory; an empty string if
    the path contains none.
    """

    fsid: str
    report: MonitorReport


class MonStore(Fact, frozen=True):
    """The data directories of monitors, and the file systems that contain them."""

    document = "mon store"

    stores: tuple[Store, ...]

    def of(self, fsid: str | None) -> tuple[MonitorReport, ...]:
        """Return the reports of one cluster's monitors.

        A directory without an fsid in its path belongs to every cluster. If the cluster's fsid is
        unknown (None), directories with an fsid are omitted unless they all have the same one.
        """
        fsids = {fsid} if fsid else {store.fsid for store in self.stores if store.fsid}
        accepted = {"", *fsids} if len(fsids) == 1 else {""}
        return tuple(store.report for store in self.stores if store.fsid in accepted)


class RawStore(msgspec.Struct, frozen=True):
    """One monitor's data directory; sizes in bytes."""

    name: str
    total: float
    used: float
    avail: float
    sst: float
    log: float
    misc: float
    fsid: str = ""


class RawStores(msgspec.Struct, frozen=True):
    """All data directories."""

    stores: Annotated[tuple[RawStore, ...], WHOLE]


_decode = Decoder(RawStores)


@decodes("mon store")
def decode_mon_store(body: bytes) -> tuple[Fact, ...]:
    """Decode the document, which sources/mon_store.py writes."""
    return (MonStore(tuple(Store(row.fsid, _report(row)) for row in _decode(body).stores)),)


def _report(store: RawStore) -> MonitorReport:
    return MonitorReport(
        store.name,
        capacity=store.total,
        used=store.used,
        avail=store.avail,
        # Whole percents, rounded down as Ceph does (util.cc, get_fs_stats).
        avail_percent=100 * store.avail // store.total if store.total else None,
        store=store.sst + store.log + store.misc,
        sst=store.sst,
        log=store.log,
        misc=store.misc,
    )
