"""The document `mon store`: disk and store of the monitors on the exporter's own host.

Source: sources/mon_store.py, which reads the monitors' data folders.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.monitor_details import MonitorReport


class Store(msgspec.Struct, frozen=True):
    """A monitor's disk and store. fsid: of its cluster as the folder's path says it, or empty."""

    fsid: str
    report: MonitorReport


class MonStore(Fact, frozen=True):
    """What the data folders of monitors hold, and their file systems."""

    document = "mon store"

    stores: tuple[Store, ...]

    def of(self, fsid: str | None) -> tuple[MonitorReport, ...]:
        """Give the reports of one cluster's monitors.

        A folder whose path does not say its cluster belongs to every one. While the cluster's fsid
        is not known (None), folders of two clusters cannot be told apart and are left out.
        """
        known = {fsid} if fsid else {store.fsid for store in self.stores if store.fsid}
        mine = {"", *known} if len(known) == 1 else {""}
        return tuple(store.report for store in self.stores if store.fsid in mine)


class RawStore(msgspec.Struct, frozen=True):
    """One monitor's folder; bytes."""

    name: str
    total: float
    used: float
    avail: float
    sst: float
    log: float
    misc: float
    fsid: str = ""


class RawStores(msgspec.Struct, frozen=True):
    """All folders."""

    stores: tuple[RawStore, ...]


_decode = Decoder(RawStores)


@decodes("mon store")
def decode_mon_store(body: bytes) -> tuple[Fact, ...]:
    """Decode what the source wrote."""
    return (MonStore(tuple(Store(one.fsid, _report(one)) for one in _decode(body).stores)),)


def _report(store: RawStore) -> MonitorReport:
    return MonitorReport(
        store.name,
        capacity=store.total,
        used=store.used,
        avail=store.avail,
        # Whole percents, cut off, as Ceph does (util.cc, get_fs_stats).
        avail_percent=100 * store.avail // store.total if store.total else None,
        store=store.sst + store.log + store.misc,
        sst=store.sst,
        log=store.log,
        misc=store.misc,
    )
