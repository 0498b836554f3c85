"""Names and labels of performance counters, derived from their paths as in Ceph's mgr module.

A path consists of a logger and a counter: in "osd.op_r", the logger is "osd". The name of a logger
may contain the name of an image, a zone or a file system, which becomes a label here. It may also
contain a memory address, which is removed here. A metric therefore has the same name in all
clusters and after a restart.

Sources (Ceph 14 to 20): `_perfpath_to_path_labels` in mgr_module.py, `add_fixed_name_metrics` and
`promethize` in prometheus/module.py, perf_counters_key.cc, and PerfCountersCollection::add, which
appends an address if the name of the logger is already in use. The mgr module exports the counters
of a zone under two names; this exporter uses only the name that has the zone as a label.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ceph_exporter.metric import Labels

_ILLEGAL = re.compile(r"[./\s]|::")
_NAME = re.compile(r"[a-zA-Z0-9_:]+")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ADDRESS = re.compile(r"-0x[0-9a-f]+(?![0-9a-z_])")
# Ceph 14: "rbd_mirror_POOL/IMAGE"; Ceph 15 and later: "rbd_mirror_image_POOL/NAMESPACE/IMAGE".
_IMAGE = re.compile(
    r"rbd_mirror_((?:snapshot_|journal_)?image_)?([^/]+)/(?:([^/]+)/)?(.*)", re.DOTALL
)
_ENTITIES = [
    (re.compile(pattern, re.DOTALL), logger, labels)
    for pattern, logger, labels in (
        (r"data-sync-from-(.+)", "data-sync-from-zone", Labels("source_zone")),
        # ImageCtx.cc joins the names of pool and image with "-", so it is unknown where to split.
        (r"librbd-pwl-([0-9a-f]+)-(.+)", "librbd-pwl", Labels("image_id", "image")),
        (r"librbd-([0-9a-f]+)-(.+)", "librbd", Labels("image_id", "image")),
        (r"objectcacher-librbd-([0-9a-f]+)-(.+)", "objectcacher", Labels("image_id", "image")),
        (r"mds_client_metrics-(.+)", "mds_client_metrics", Labels("fs_name")),
        (r"blk-kernel-device-(.+)", "blk-kernel-device", Labels("device")),
    )
]
_IMAGE_LABELS = Labels("pool", "namespace", "image")
_RESERVED = {"ceph_daemon", "instance_id", "cluster", "copy"}


class Identity(NamedTuple):
    """A path without the names of images, zones etc., and the label block with these names."""

    path: str
    labels: str


@lru_cache(maxsize=10_000)
def identify(path: str) -> Identity:
    """Return the path and the labels that identify a counter within its daemon."""
    logger, _, counter = path.rpartition(".")
    if "\0" in logger:
        return _labelled(logger, counter)
    if match := _IMAGE.fullmatch(logger):
        kind, pool, namespace, image = match.groups()
        labels = _IMAGE_LABELS(pool, namespace or "", image)
        return Identity(f"rbd_mirror_{kind or 'image_'}{counter}", labels)
    if "-0x" in logger:
        logger = _ADDRESS.sub("", logger)
    for pattern, name, entity in _ENTITIES:
        if match := pattern.fullmatch(logger):
            return Identity(f"{name}.{counter}", entity(*match.groups()))
    return Identity(f"{logger}.{counter}" if logger else counter, "")


def _labelled(logger: str, counter: str) -> Identity:
    """Return the identity of a labelled counter.

    The logger consists of a key, label names and label values, each followed by NUL. Labels whose
    names are illegal or already in use are left out.
    """
    key, *rest = logger.rstrip("\0").split("\0")
    unlabelled = identify(f"{key}.{counter}")
    labels = {
        name: value
        for name, value in zip(rest[::2], rest[1::2], strict=False)
        if _LABEL.fullmatch(name)
        and name not in _RESERVED
        and not name.startswith("__")
        and f'{name}="' not in unlabelled.labels
    }
    own = Labels(*labels)(*labels.values()) if labels else ""
    return Identity(unlabelled.path, ",".join(block for block in (unlabelled.labels, own) if block))


@lru_cache(maxsize=10_000)
def name_of(path: str) -> str:
    """Return the metric name that Ceph derives from a path (mgr/prometheus, src/exporter).

    Return an empty name if Prometheus would reject it.
    """
    name = _ILLEGAL.sub("_", path).replace("+", "_plus")
    name = re.sub("-$", "_minus", name).replace("-", "_")
    return f"ceph_{name}" if _NAME.fullmatch(name) else ""
