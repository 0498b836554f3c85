"""Each OSD: state, location, usage, latency and devices."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ceph_exporter.collectors import _headroom
from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_dump import Osd, OsdDump
from ceph_exporter.facts.osd_metadata import OsdDetails, OsdMetadata
from ceph_exporter.facts.osd_perf import OsdPerf
from ceph_exporter.facts.osd_tree import OsdLocation, OsdTree
from ceph_exporter.metric import Columns, Family, Labels, Metric, one, ones

_OSD = Labels("ceph_daemon")
_DUMP, _DF, _TREE = OsdDump.document, OsdDf.document, OsdTree.document
_PERF, _METADATA = OsdPerf.document, OsdMetadata.document

UP = Metric("ceph_osd_up", "untyped", "Whether the OSD is up (1) or down (0)", _DUMP, _OSD)
IN = Metric("ceph_osd_in", "untyped", "Whether the OSD is in (1) or out (0)", _DUMP, _OSD)
WEIGHT = Metric(
    "ceph_osd_weight", "untyped", "Reweight of the OSD, 0 to 1", _DUMP, _OSD, unit="ratio"
)
NEARFULL = Metric(
    "ceph_osd_nearfull",
    "gauge",
    "Whether the OSD is nearly full (1) or not (0)",
    _DUMP,
    _OSD,
    since="12",
    detail="The value is 0 if the OSD is backfillfull or full.",
)
BACKFILLFULL = Metric(
    "ceph_osd_backfillfull",
    "gauge",
    "Whether the OSD is too full for backfill (1) or not (0)",
    _DUMP,
    _OSD,
    since="12",
    detail="The value is 0 if the OSD is full.",
)
FULL = Metric(
    "ceph_osd_full", "gauge", "Whether the OSD is full (1) or not (0)", _DUMP, _OSD, since="12"
)
UPMAP_ITEMS = Metric(
    "ceph_osd_pg_upmap_items", "gauge", "Number of entries in pg_upmap_items", _DUMP, since="12"
)
METADATA = Metric(
    "ceph_osd_metadata",
    "untyped",
    "Addresses, host, version and device class of the OSD; always 1",
    _DUMP,
    Labels(
        "back_iface",
        "ceph_daemon",
        "cluster_addr",
        "device_class",
        "front_iface",
        "hostname",
        "objectstore",
        "public_addr",
        "ceph_version",
    ),
    detail="A label is empty if its value is unknown.",
)
DISK = Metric(
    "ceph_disk_occupation",
    "untyped",
    "Devices of the OSD, for joins with node_exporter's metrics on instance and device; always 1",
    _METADATA,
    Labels(
        "ceph_daemon",
        "device",
        "db_device",
        "wal_device",
        "instance",
        "devices",
        "device_ids",
    ),
)
DISK_HUMAN = Metric(
    "ceph_disk_occupation_human",
    "untyped",
    "OSDs on a device of the host; if several share it, the label ceph_daemon lists them all; "
    "always 1",
    _METADATA,
    Labels("ceph_daemon", "device", "instance"),
)
APPLY = Metric("ceph_osd_apply_latency_ms", "gauge", "Latency of applying writes", _PERF, _OSD)
COMMIT = Metric("ceph_osd_commit_latency_ms", "gauge", "Latency of committing writes", _PERF, _OSD)
LOCATION = Metric(
    "ceph_osd_location",
    "gauge",
    "Location of the OSD in the CRUSH map; always 1",
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
    "ceph_osd_utilization_ratio", "gauge", "Utilization of the OSD, 0 to 1", _DF, _OSD
)
VARIANCE = Metric(
    "ceph_osd_variance_ratio", "gauge", "Utilization of the OSD divided by the average", _DF, _OSD
)
PGS = Metric("ceph_osd_pgs", "gauge", "Number of PGs whose acting set includes the OSD", _DF, _OSD)
# Some dashboards and rules use the same values under the names of perf counters.
NUMPG = Metric(
    "ceph_osd_numpg", "gauge", "Number of PGs whose acting set includes the OSD", _DF, _OSD
)
STAT_BYTES = Metric("ceph_osd_stat_bytes", "gauge", "Size of the OSD", _DF, _OSD)
STAT_BYTES_USED = Metric("ceph_osd_stat_bytes_used", "gauge", "Used space of the OSD", _DF, _OSD)
AVERAGE = Metric(
    "ceph_osds_average_utilization_ratio", "gauge", "Average utilization of the OSDs, 0 to 1", _DF
)
FULLEST = Metric(
    "ceph_osds_fullest_utilization_ratio", "gauge", "Utilization of the fullest OSD that is in", _DF
)
HEADROOM = Metric(
    "ceph_osds_nearfull_headroom_bytes",
    "gauge",
    "Raw data that the OSDs can take before the first of them is nearly full",
    _DF,
    Labels("root", "device_class"),
    since="12",
    detail="The value is the minimum of (nearfull ratio - utilization) * size / share over all "
    "OSDs that are up and in and belong to the CRUSH root and device class. The share of an OSD is "
    "its fraction of the sum of CRUSH weight * reweight. The value is 0 if an OSD is nearly full.",
)

_NO_DETAILS, _NOWHERE = OsdDetails(), OsdLocation()


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the OSDs, also of those without metadata or outside the CRUSH map."""
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
            weights = facts.once(_headroom.weights, dump.osds, tree.osds)
            groups = _headroom.headroom(weights, dump.nearfull_ratio, df.osds)
            yield HEADROOM, [(HEADROOM.labels(*group), size) for group, size in groups]


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
            LOCATION.labels(f"osd.{osd}", place.host, place.rack, place.root, place.device_class)
            for osd, place in osds.items()
        ]
    )


def _metadata(
    osds: tuple[Osd, ...], places: Mapping[int, OsdLocation], details: Mapping[int, OsdDetails]
) -> tuple[str, ...]:
    return tuple(
        [_row(osd, places.get(osd.id, _NOWHERE), details.get(osd.id, _NO_DETAILS)) for osd in osds]
    )


def _row(osd: Osd, place: OsdLocation, details: OsdDetails) -> str:
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
    """Return the label blocks of DISK, one per OSD, and of DISK_HUMAN, one per device."""
    disks = [(f"osd.{osd}", row) for osd, row in osds.items() if row.device and row.hostname]
    blocks = [
        DISK.labels(
            daemon,
            row.device,
            row.db_device,
            row.wal_device,
            row.hostname,
            row.devices or "N/A",
            row.device_ids or "N/A",
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
    of_in = [row.utilization for row in osds if row.reweight and row.utilization is not None]
    yield FULLEST, one(max(of_in, default=None))
