"""Names and labels of performance counters, as Ceph's mgr module makes them from their paths.

A path is a logger and a counter ("osd.op_r"). Some loggers are named after an image, a zone or a
file system, or have the address of an object in the daemon's memory; those become labels, or are
left out, so that a metric has one name in every cluster and after every restart.

Sources: `_perfpath_to_path_labels` of mgr_module.py, `add_fixed_name_metrics` and `promethize` of
prometheus/module.py, 14 to 20; PerfCountersCollection::add, which appends the address to the name
of a logger that exists already; perf_counters_key.cc. Of the module's two names for the counters of
a zone, only the one with the zone as a label is used.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ceph_exporter.metric import Labels

_ILLEGAL = re.compile(r"[./\s]|::")
_NAME = re.compile(r"[a-zA-Z0-9_:]+")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ADDRESS = re.compile(r"-0x[0-9a-f]+(?![0-9a-z_])")
# 14: "rbd_mirror_POOL/IMAGE"; from 15 on: "rbd_mirror_image_POOL/NAMESPACE/IMAGE".
_IMAGE = re.compile(
    r"rbd_mirror_((?:snapshot_|journal_)?image_)?([^/]+)/(?:([^/]+)/)?(.*)", re.DOTALL
)
_ENTITIES = [
    (re.compile(pattern, re.DOTALL), logger, labels)
    for pattern, logger, labels in (
        (r"data-sync-from-(.+)", "data-sync-from-zone", Labels("source_zone")),
        # ImageCtx.cc joins the pool's and the image's name by "-": nothing separates the two.
        (r"librbd-pwl-([0-9a-f]+)-(.+)", "librbd-pwl", Labels("image_id", "image")),
        (r"librbd-([0-9a-f]+)-(.+)", "librbd", Labels("image_id", "image")),
        (r"objectcacher-librbd-([0-9a-f]+)-(.+)", "objectcacher", Labels("image_id", "image")),
        (r"mds_client_metrics-(.+)", "mds_client_metrics", Labels("fs_name")),
        (r"blk-kernel-device-(.+)", "blk-kernel-device", Labels("device")),
    )
]
_IMAGE_LABELS = Labels("pool", "namespace", "image")
_RESERVED = {"ceph_daemon", "instance_id", "cluster", "copy"}


class Place(NamedTuple):
    """A path without the names of entities, and the label block of those; empty for none."""

    path: str
    labels: str


@lru_cache(maxsize=10_000)
def place(path: str) -> Place:
    """Return what identifies a counter within its daemon, apart from addresses."""
    logger, _, counter = path.rpartition(".")
    if "\0" in logger:
        return _labelled(logger, counter)
    if match := _IMAGE.fullmatch(logger):
        kind, pool, namespace, image = match.groups()
        labels = _IMAGE_LABELS(pool, namespace or "", image)
        return Place(f"rbd_mirror_{kind or 'image_'}{counter}", labels)
    if "-0x" in logger:
        logger = _ADDRESS.sub("", logger)
    for pattern, name, entity in _ENTITIES:
        if match := pattern.fullmatch(logger):
            return Place(f"{name}.{counter}", entity(*match.groups()))
    return Place(f"{logger}.{counter}" if logger else counter, "")


def _labelled(logger: str, counter: str) -> Place:
    """Return the place of a labelled counter, whose logger is "key", NUL, "label", NUL, "value"."""
    key, *rest = logger.rstrip("\0").split("\0")
    unlabelled = place(f"{key}.{counter}")
    labels = {
        name: value
        for name, value in zip(rest[::2], rest[1::2], strict=False)
        if _LABEL.fullmatch(name)
        and name not in _RESERVED
        and not name.startswith("__")
        and f'{name}="' not in unlabelled.labels
    }
    own = Labels(*labels)(*labels.values()) if labels else ""
    return Place(unlabelled.path, ",".join(block for block in (unlabelled.labels, own) if block))


@lru_cache(maxsize=10_000)
def name_of(path: str) -> str:
    """Return the metric name of a path, as Ceph does (mgr/prometheus, src/exporter).

    The name is empty for a path whose name Prometheus would refuse.
    """
    name = _ILLEGAL.sub("_", path).replace("+", "_plus")
    name = re.sub("-$", "_minus", name).replace("-", "_")
    return f"ceph_{name}" if _NAME.fullmatch(name) else ""
