"""The RBD images: reads and writes over librados, sizes and snapshots over the dashboard."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

import msgspec

from ceph_exporter.collectors._limited import Limited, limited
from ceph_exporter.collectors._wildcards import Names
from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.rbd_counters import ImageCounters, RbdCounters
from ceph_exporter.facts.rbd_images import Image, RbdImages, by_pool
from ceph_exporter.metric import Family, Labels, Metric, Value, one

DEFAULT = False  # the OSDs count requests and the mgr opens all images only for this collector

_IMAGE = Labels("pool", "namespace", "image")
_VOLUME = Labels("pool", "id", "name", "namespace")
_POOL = Labels("pool")
_OF_MODULE = (
    "Only images with requests since the mgr began to count; at most 64, those with the most "
    "writes at the moment. Starts again from 0 if the exporter does not poll for a minute."
)
_NANOSECONDS = "The unit is the one of Ceph's mgr module."
_SUM = "Absent unless all images are known."

READ_OPS, WRITE_OPS = (
    Metric(
        f"ceph_rbd_{kind}_ops",
        "counter",
        f"Number of {kind}s of the RBD image",
        RbdCounters.document,
        _IMAGE,
        detail=_OF_MODULE,
    )
    for kind in ("read", "write")
)
READ_BYTES, WRITE_BYTES = (
    Metric(
        f"ceph_rbd_{kind}_bytes",
        "counter",
        f"Bytes that were {done} the RBD image",
        RbdCounters.document,
        _IMAGE,
    )
    for kind, done in (("read", "read from"), ("write", "written to"))
)
READ_LATENCY, WRITE_LATENCY = (
    Metric(
        f"ceph_rbd_{kind}_latency_sum",
        "counter",
        f"Total duration of the {kind}s of the RBD image in nanoseconds",
        RbdCounters.document,
        _IMAGE,
        unit="nanoseconds",
        detail=_NANOSECONDS,
    )
    for kind in ("read", "write")
)
READ_COUNT, WRITE_COUNT = (
    Metric(
        f"ceph_rbd_{kind}_latency_count",
        "counter",
        f"Number of {kind}s of the RBD image whose duration is known",
        RbdCounters.document,
        _IMAGE,
        detail=f"It equals `ceph_rbd_{kind}_ops`.",
    )
    for kind in ("read", "write")
)
SIZE = Metric(
    "ceph_rbd_volume_size",
    "gauge",
    "Provisioned size of the RBD image",
    RbdImages.document,
    _VOLUME,
    unit="bytes",
)
USED = Metric(
    "ceph_rbd_image_used_bytes",
    "gauge",
    "Space used by the RBD image and its snapshots, before replication",
    RbdImages.document,
    _IMAGE,
    detail="Absent if the image lacks the feature `fast-diff` or is mirrored by snapshots.",
)
SNAPSHOTS = Metric(
    "ceph_rbd_image_snapshots",
    "gauge",
    "Number of snapshots of the RBD image",
    RbdImages.document,
    _IMAGE,
)
METADATA = Metric(
    "ceph_rbd_image_metadata",
    "untyped",
    "Pool and name of the RBD image; always 1",
    RbdImages.document,
    Labels("pool_id", "image_name"),
    detail="As in Ceph's mgr module, images in a namespace are missing.",
)
POOL_IMAGES = Metric(
    "ceph_rbd_pool_images",
    "gauge",
    "Number of RBD images in the pool",
    RbdImages.document,
    _POOL,
    detail=_SUM,
)
POOL_SIZE = Metric(
    "ceph_rbd_pool_provisioned_bytes",
    "gauge",
    "Provisioned size of all RBD images in the pool",
    RbdImages.document,
    _POOL,
    detail=_SUM,
)
POOL_USED = Metric(
    "ceph_rbd_pool_used_bytes",
    "gauge",
    "Space used by all RBD images in the pool and their snapshots, before replication",
    RbdImages.document,
    _POOL,
    detail="Absent if it is unknown of an image in the pool.",
)
POOL_SNAPSHOTS = Metric(
    "ceph_rbd_pool_snapshots",
    "gauge",
    "Number of snapshots of all RBD images in the pool",
    RbdImages.document,
    _POOL,
    detail=_SUM,
)
CUT = Metric(
    "ceph_exporter_rbd_images_cut",
    "gauge",
    "Number of image series left out because of --collector.rbd_images.limit",
    RbdImages.document,
)
CUT_COUNTERS = Metric(
    "ceph_exporter_rbd_counters_cut",
    "gauge",
    "Number of series of image counters left out because of --collector.rbd_images.limit",
    RbdCounters.document,
)

_OF_COUNTERS = (
    *(READ_OPS, WRITE_OPS, READ_BYTES, WRITE_BYTES),
    *(READ_LATENCY, READ_COUNT, WRITE_LATENCY, WRITE_COUNT),
)
_OF_IMAGES = (SIZE, USED, SNAPSHOTS, METADATA)
Row: TypeAlias = tuple[tuple[str, Value], ...]
"""The labels and the value of an image in each of several metrics."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which images to export: patterns with wildcards for their names, and how many series."""

    include: Annotated[
        str,
        msgspec.Meta(
            description="Images to export: patterns with * and ?, between commas; with a slash, of "
            "POOL/IMAGE or POOL/NAMESPACE/IMAGE"
        ),
    ] = "*"
    exclude: Annotated[
        str, msgspec.Meta(description="Images not to export: patterns with * and ?")
    ] = ""
    limit: Annotated[
        int,
        msgspec.Meta(
            description="Maximum number of image series to export, for requests and for sizes "
            "each; the busiest or largest images come first",
            ge=0,
            le=10**12,
        ),
    ] = 20_000


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield the families of requests, then those of images and pools."""
    if counters := facts.get(RbdCounters):
        table = facts.once(_requests, counters, options)
        yield from _families(_OF_COUNTERS, table)
        yield CUT_COUNTERS, one(table.cut)
    if answer := facts.get(RbdImages):
        dump = facts.get(OsdDump)
        ids = tuple((pool.name, str(pool.id)) for pool in dump.pools) if dump else ()
        table = facts.once(_images, answer, options, ids)
        yield from _families(_OF_IMAGES, table)
        yield from _pools(answer)
        yield CUT, one(table.cut)


def _families(metrics: tuple[Metric, ...], table: Limited[Row]) -> Iterator[Family]:
    for index, metric in enumerate(metrics):
        # An image in a namespace has no metadata, but may have the labels of one that does.
        yield metric, [row[index] for row in table.rows if row[index][1] is not None]


def _requests(counters: RbdCounters, options: Options) -> Limited[Row]:
    names = Names(options.include, options.exclude)
    rows = [row for row in counters.images if names.shows(row.name, _place(row))]
    rows.sort(key=lambda row: -(row.read_ops or 0) - (row.write_ops or 0))
    return limited(map(_counters, rows), _values, options.limit)


def _images(answer: RbdImages, options: Options, ids: tuple[tuple[str, str], ...]) -> Limited[Row]:
    names, by_name = Names(options.include, options.exclude), dict(ids)
    rows = [row for row in answer.images if names.shows(row.name, _place(row))]
    rows.sort(key=lambda row: (-(row.size or 0), row.pool, row.namespace or "", row.name))
    shown = (_image(row, by_name.get(row.pool)) for row in rows)
    return limited(shown, _values, options.limit)


def _values(row: Row) -> Iterator[Value]:
    return (value for _, value in row)


def _place(row: Image | ImageCounters) -> str | None:
    """Return what precedes the name of an image, None if the namespace is unknown."""
    if row.namespace is None:
        return None
    return f"{row.pool}/{row.namespace}" if row.namespace else row.pool


def _counters(row: ImageCounters) -> Row:
    block = _IMAGE(row.pool, row.namespace, row.name)
    values = (
        *(row.read_ops, row.write_ops, row.read_bytes, row.write_bytes),
        *(row.read_latency, row.read_ops, row.write_latency, row.write_ops),
    )
    return tuple((block, value) for value in values)


def _image(row: Image, pool_id: str | None) -> Row:
    namespace = row.namespace or ""
    block = _IMAGE(row.pool, namespace, row.name)
    has_metadata = pool_id is not None and not namespace
    return (
        (_VOLUME(row.pool, row.id or "", row.name, namespace), row.size),
        (block, row.used),
        (block, row.snapshots),
        (METADATA.labels(pool_id or "", row.name), 1 if has_metadata else None),
    )


def _pools(answer: RbdImages) -> Iterator[Family]:
    sums = by_pool(answer)
    yield POOL_IMAGES, [(_POOL(name), held.images) for name, held in sums.items()]
    yield POOL_SIZE, [(_POOL(name), held.size) for name, held in sums.items()]
    yield POOL_USED, [(_POOL(name), held.used) for name, held in sums.items()]
    yield POOL_SNAPSHOTS, [(_POOL(name), held.snapshots) for name, held in sums.items()]
