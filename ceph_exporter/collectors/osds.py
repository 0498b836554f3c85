"""Each OSD: state, place, use, latency and devices."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_dump import Osd, OsdDump
from ceph_exporter.facts.osd_metadata import OsdDetails, OsdMetadata
from ceph_exporter.facts.osd_perf import OsdPerf
from ceph_exporter.facts.osd_tree import OsdLocation, OsdTree
from ceph_exporter.metric import Columns, Family, Labels, Metric, Samples, one, ones

_OSD = Labels("ceph_daemon")
_DUMP, _DF, _TREE = OsdDump.document, OsdDf.document, OsdTree.document
_PERF, _METADATA = OsdPerf.document, OsdMetadata.document

UP = Metric("ceph_osd_up", "untyped", "OSD is up", _DUMP, _OSD)
IN = Metric("ceph_osd_in", "untyped", "OSD is in", _DUMP, _OSD)
WEIGHT = Metric("ceph_osd_weight", "untyped", "Reweight of the OSD, 0 to 1", _DUMP, _OSD)
NEARFULL = Metric(
    "ceph_osd_nearfull",
    "gauge",
    "OSD is nearly full; a fuller one is backfillfull or full instead (Ceph 12 and later)",
    _DUMP,
    _OSD,
)
BACKFILLFULL = Metric(
    "ceph_osd_backfillfull",
    "gauge",
    "OSD is too full for backfill; a fuller one is full instead (Ceph 12 and later)",
    _DUMP,
    _OSD,
)
FULL = Metric("ceph_osd_full", "gauge", "OSD is full (Ceph 12 and later)", _DUMP, _OSD)
UPMAP_ITEMS = Metric(
    "ceph_osd_pg_upmap_items", "gauge", "Number of PGs with upmap items (Ceph 12 and later)", _DUMP
)
METADATA = Metric(
    "ceph_osd_metadata",
    "untyped",
    "Where the OSD runs and what; labels that are not known are empty; always 1",
    _DUMP,
    Labels(
        *("back_iface", "ceph_daemon", "cluster_addr", "device_class", "front_iface"),
        *("hostname", "objectstore", "public_addr", "ceph_version"),
    ),
)
DISK = Metric(
    "ceph_disk_occupation",
    "untyped",
    "The devices of an OSD, for joins with node_exporter by instance; always 1",
    _METADATA,
    Labels(
        *("ceph_daemon", "device", "db_device", "wal_device", "instance", "devices", "device_ids")
    ),
)
DISK_HUMAN = Metric(
    "ceph_disk_occupation_human",
    "untyped",
    "The OSDs that share a device of a host; always 1",
    _METADATA,
    Labels("ceph_daemon", "device", "instance"),
)
APPLY = Metric(
    "ceph_osd_apply_latency_ms", "gauge", "Latency of applying writes, milliseconds", _PERF, _OSD
)
COMMIT = Metric(
    "ceph_osd_commit_latency_ms", "gauge", "Latency of commits, milliseconds", _PERF, _OSD
)
LOCATION = Metric(
    "ceph_osd_location",
    "gauge",
    "Where the OSD is in the CRUSH map; always 1",
    _TREE,
    Labels("ceph_daemon", "host", "rack", "root", "device_class"),
)
CRUSH_WEIGHT = Metric(
    "ceph_osd_crush_weight", "gauge", "Weight of the OSD in the CRUSH map", _TREE, _OSD
)
SIZE = Metric("ceph_osd_size_bytes", "gauge", "Size of the OSD", _DF, _OSD)
USED = Metric("ceph_osd_used_bytes", "gauge", "Used space of the OSD", _DF, _OSD)
AVAIL = Metric("ceph_osd_avail_bytes", "gauge", "Available space of the OSD", _DF, _OSD)
UTILIZATION = Metric(
    "ceph_osd_utilization_ratio", "gauge", "Used part of the OSD, 0 to 1", _DF, _OSD
)
VARIANCE = Metric(
    "ceph_osd_variance_ratio", "gauge", "Use of the OSD over the average of all", _DF, _OSD
)
PGS = Metric("ceph_osd_pgs", "gauge", "PGs that the OSD is in the acting set of", _DF, _OSD)
# Three under the names of perf counters, for dashboards and rules that ask for those.
NUMPG = Metric("ceph_osd_numpg", "gauge", "PGs that the OSD is in the acting set of", _DF, _OSD)
STAT_BYTES = Metric("ceph_osd_stat_bytes", "gauge", "Size of the OSD", _DF, _OSD)
STAT_BYTES_USED = Metric("ceph_osd_stat_bytes_used", "gauge", "Used space of the OSD", _DF, _OSD)
AVERAGE = Metric(
    "ceph_osds_average_utilization_ratio", "gauge", "Used part of all OSDs, 0 to 1", _DF
)
FULLEST = Metric(
    "ceph_osds_fullest_utilization_ratio", "gauge", "Used part of the fullest OSD that is in", _DF
)
HEADROOM = Metric(
    "ceph_osds_nearfull_headroom_bytes",
    "gauge",
    "Raw bytes, replicas included, that the OSDs of a CRUSH root and device class can take until "
    "the first of them is nearfull: the least of (nearfull ratio - utilization) * size / share "
    "over those that are up and in, where share is the OSD's part of the sum of CRUSH weight * "
    "reweight; 0 when one is nearfull already (Ceph 12 and later)",
    _DF,
    Labels("root", "device_class"),
)

_Shares: TypeAlias = dict[tuple[str, str], list[tuple[int, float]]]
_NO_DETAILS, _NOWHERE, _UNKNOWN = OsdDetails(), OsdLocation(), OsdUsage()


def collect(facts: Facts) -> Iterator[Family]:
    """Give what is known of each OSD; one without metadata or outside of CRUSH is not left out."""
    dump, df, tree = facts.get(OsdDump), facts.get(OsdDf), facts.get(OsdTree)
    perf, metadata = facts.get(OsdPerf), facts.get(OsdMetadata)
    if dump is not None:
        yield from facts.once(_states, dump.osds, facts.once(_blocks, facts.once(_ids, dump.osds)))
        yield UPMAP_ITEMS, one(dump.upmap_items)
        places, details = tree.osds if tree else {}, metadata.osds if metadata else {}
        yield METADATA, ones(facts.once(_metadata, dump.osds, places, details))
    if metadata is not None:
        disks, shared = facts.once(_disks, metadata.osds)
        yield DISK, ones(disks)
        yield DISK_HUMAN, ones(shared)
    if perf is not None:
        blocks = facts.once(_blocks, tuple(perf.osds))
        yield APPLY, Columns(blocks, [row.apply_latency_ms for row in perf.osds.values()])
        yield COMMIT, Columns(blocks, [row.commit_latency_ms for row in perf.osds.values()])
    if tree is not None:
        yield LOCATION, ones(facts.once(_locations, tree.osds))
    if weighed := tree or df:
        blocks = facts.once(_blocks, tuple(weighed.osds))
        yield CRUSH_WEIGHT, Columns(blocks, facts.once(_crush_weights, weighed.osds))
    if df is not None:
        yield from _usage(df, facts.once(_blocks, tuple(df.osds)))
        if dump is not None and tree is not None and dump.nearfull_ratio:
            shares = facts.once(_shares, dump.osds, tree.osds)
            yield HEADROOM, _headroom(shares, dump.nearfull_ratio, df)


def _ids(osds: tuple[Osd, ...]) -> tuple[int, ...]:
    return tuple([osd.id for osd in osds])


def _blocks(osds: tuple[int, ...]) -> tuple[str, ...]:
    return tuple([_OSD(f"osd.{osd}") for osd in osds])


def _states(osds: tuple[Osd, ...], blocks: tuple[str, ...]) -> tuple[Family, ...]:
    return (
        (UP, Columns(blocks, [osd.up for osd in osds])),
        (IN, Columns(blocks, [osd.is_in for osd in osds])),
        (WEIGHT, Columns(blocks, [osd.weight for osd in osds])),
        (NEARFULL, Columns(blocks, [osd.nearfull for osd in osds])),
        (BACKFILLFULL, Columns(blocks, [osd.backfillfull for osd in osds])),
        (FULL, Columns(blocks, [osd.full for osd in osds])),
    )


def _crush_weights(osds: Mapping[int, OsdLocation | OsdUsage]) -> list[float | None]:
    return [row.crush_weight for row in osds.values()]


def _locations(osds: Mapping[int, OsdLocation]) -> tuple[str, ...]:
    return tuple(
        [
            LOCATION.labels(f"osd.{osd}", at.host, at.rack, at.root, at.device_class)
            for osd, at in osds.items()
        ]
    )


def _metadata(
    osds: tuple[Osd, ...], places: Mapping[int, OsdLocation], details: Mapping[int, OsdDetails]
) -> tuple[str, ...]:
    return tuple(
        [_of(osd, places.get(osd.id, _NOWHERE), details.get(osd.id, _NO_DETAILS)) for osd in osds]
    )


def _of(osd: Osd, place: OsdLocation, details: OsdDetails) -> str:
    return METADATA.labels(
        details.back_iface,
        f"osd.{osd.id}",
        osd.cluster_addr,
        place.device_class or details.device_class,
        details.front_iface,
        details.hostname,
        details.objectstore,
        osd.public_addr,
        details.version,
    )


def _disks(osds: Mapping[int, OsdDetails]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the labels of each OSD's devices, and of the devices that OSDs share."""
    disks = [(f"osd.{osd}", row) for osd, row in osds.items() if row.device and row.hostname]
    blocks = [
        DISK.labels(
            *(daemon, row.device, row.db_device, row.wal_device, row.hostname),
            *(row.devices or "N/A", row.device_ids or "N/A"),
        )
        for daemon, row in disks
    ]
    shared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for daemon, row in disks:
        shared[row.device, row.hostname].append(daemon)
    human = [DISK_HUMAN.labels(", ".join(daemons), *disk) for disk, daemons in shared.items()]
    return tuple(blocks), tuple(human)


def _usage(df: OsdDf, blocks: tuple[str, ...]) -> Iterator[Family]:
    osds = df.osds.values()
    size = Columns(blocks, [row.size for row in osds])
    used = Columns(blocks, [row.used for row in osds])
    pgs = Columns(blocks, [row.pgs for row in osds])
    yield SIZE, size
    yield USED, used
    yield AVAIL, Columns(blocks, [row.avail for row in osds])
    yield UTILIZATION, Columns(blocks, [row.utilization for row in osds])
    yield VARIANCE, Columns(blocks, [row.variance for row in osds])
    yield PGS, pgs
    yield NUMPG, pgs
    yield STAT_BYTES, size
    yield STAT_BYTES_USED, used
    yield AVERAGE, one(df.average_utilization)
    uses = [row.utilization for row in osds if row.reweight and row.utilization is not None]
    yield FULLEST, one(max(uses, default=None))


def _headroom(shares: _Shares, nearfull_ratio: float, df: OsdDf) -> Samples:
    for group, osds in shares.items():
        weights = sum(weight for _, weight in osds)
        rooms = [
            (nearfull_ratio - usage.utilization) * usage.size / weight
            for osd, weight in osds
            if weight
            and (usage := df.osds.get(osd, _UNKNOWN)).size
            and usage.utilization is not None
        ]
        if rooms:
            yield HEADROOM.labels(*group), max(0, min(rooms) * weights)


def _shares(osds: tuple[Osd, ...], places: Mapping[int, OsdLocation]) -> _Shares:
    """Give the OSDs that take data, with their weights, by CRUSH root and device class."""
    shares: _Shares = defaultdict(list)
    for osd in osds:
        place = places.get(osd.id)
        if place is not None and osd.up and osd.is_in:
            weight = (place.crush_weight or 0) * (osd.weight or 0)
            shares[place.root, place.device_class].append((osd.id, weight))
    return shares
