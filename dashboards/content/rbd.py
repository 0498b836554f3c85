"""RBD: the busiest and the largest images, what the pools hold, and mirroring."""

from dashboards.content.figures import Absence, figure
from dashboards.content.phrases import or_none
from dashboards.content.rbd_mirroring import FIGURES, MIRRORING
from dashboards.engine.declare import (
    Dashboard,
    Panel,
    Query,
    Section,
    Table,
    TimeSeries,
    limits,
)

IMAGE = "cluster, pool, namespace, image"
NAME = "{{pool}} {{namespace}} {{image}}"
NO_COUNTERS = "the collector rbd_images is off, or the API is not rados"
NO_SIZES = "the collector rbd_images is off, or the API is not dashboard"
NO_IO = (
    "No requests, the collector rbd_images is off, the API is not rados, or the exporter cannot "
    "reach Ceph"
)
NO_LIST = (
    "No images, the collector rbd_images is off, the API is not dashboard, or the exporter cannot "
    "reach Ceph"
)
# The label of this metric is the one of another exporter.
PROVISIONED = (
    f'max by ({IMAGE}) (label_replace(ceph_rbd_volume_size{{*}}, "image", "$1", "name", "(.*)"))'
)


def _rate(metric: str) -> str:
    return f"max by ({IMAGE}) (rate({metric}{{*}}[$__rate_interval]))"


def _top(expr: str, metric: str) -> str:
    """Return an expression about the ten images with the highest counter in the time range."""
    highest = f"topk(10, max by ({IMAGE}) (rate({metric}{{*}}[$__range] @ end())))"
    return f"{expr} and on ({IMAGE}) {highest}"


def _busiest(title: str, description: str, counter: str, unit: str) -> Panel:
    return TimeSeries(
        title,
        description,
        (Query(_top(_rate(counter), counter), NAME, empty_when=NO_COUNTERS),),
        NO_IO,
        unit=unit,
        size=(12, 9),
        minimum=0,
    )


def _latency(kind: str) -> Panel:
    counters = f"ceph_rbd_{kind}_latency_sum", f"ceph_rbd_{kind}_latency_count"
    total, number = map(_rate, counters)
    return TimeSeries(
        f"Latency of {kind}s",
        f"How long the OSDs took for a {kind}, on average, of the ten images that had to wait "
        "longest in total. The network between client and OSD is not included.",
        (
            Query(
                _top(f"({total} / ({number} > 0)) / 1e9", counters[0]),
                NAME,
                empty_when=NO_COUNTERS,
            ),
        ),
        NO_IO,
        unit="s",
        thresholds=limits((0.05, "orange"), (0.5, "red")),
        size=(12, 9),
        minimum=0,
    )


def _sum(title: str, description: str, metric: str, unit: str = "locale") -> Panel:
    expr = f"sum by (cluster) (max by (cluster, pool) ({metric}{{*}}))"
    return figure(title, description, expr, Absence(NO_SIZES, NO_LIST, "unknown"), unit=unit)


GLANCE = (
    _sum("Images", "Number of images in all pools.", "ceph_rbd_pool_images"),
    _sum(
        "Provisioned",
        "The sum of the sizes of all images: what clients may write.",
        "ceph_rbd_pool_provisioned_bytes",
        "bytes",
    ),
    _sum(
        "Used",
        "What all images and their snapshots use, before replication. Absent for a pool with an "
        "image without the feature fast-diff.",
        "ceph_rbd_pool_used_bytes",
        "bytes",
    ),
    *FIGURES,
)

IO = (
    _busiest("Writes", "The ten images with the most writes.", "ceph_rbd_write_ops", "ops"),
    _busiest("Reads", "The ten images with the most reads.", "ceph_rbd_read_ops", "ops"),
    _busiest(
        "Bytes written", "The ten images that were written most.", "ceph_rbd_write_bytes", "Bps"
    ),
    _busiest("Bytes read", "The ten images that were read most.", "ceph_rbd_read_bytes", "Bps"),
    _latency("write"),
    _latency("read"),
)

SIZES = (
    Table(
        "Largest images",
        "The fifty images with the largest provisioned size, what they use with their snapshots, "
        "and how many snapshots they have.",
        (
            Query(or_none(f"topk(50, {PROVISIONED})", "No list of images"), "exists", hidden=True),
            Query(f"topk(50, {PROVISIONED})", "provisioned", empty_when=NO_SIZES, unit="bytes"),
            Query(
                f"max by ({IMAGE}) (ceph_rbd_image_used_bytes{{*}})"
                f" and on ({IMAGE}) topk(50, {PROVISIONED})",
                "used",
                empty_when=NO_SIZES,
                unit="bytes",
            ),
            Query(
                f"max by ({IMAGE}) (ceph_rbd_image_snapshots{{*}})"
                f" and on ({IMAGE}) topk(50, {PROVISIONED})",
                "snapshots",
                empty_when=NO_SIZES,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 10),
        labels=("pool", "namespace", "image", "note"),
        sort_descending="provisioned",
    ),
    TimeSeries(
        "Used by pool",
        "What the images of each pool and their snapshots use, before replication.",
        (
            Query(
                "max by (cluster, pool) (ceph_rbd_pool_used_bytes{*})",
                "{{pool}}",
                empty_when=NO_SIZES,
            ),
        ),
        NO_LIST,
        unit="bytes",
        size=(12, 10),
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-rbd",
    "Ceph RBD images",
    "The RBD images of a Ceph cluster: requests, latency, sizes and mirroring.",
    (
        Section("At a glance", GLANCE),
        Section("Busiest images", IO),
        Section("Sizes", SIZES),
        Section("Mirroring", MIRRORING),
    ),
)
