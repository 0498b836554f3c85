"""The mgrs: which one is active, where they run, and their modules."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.daemons import NOWHERE, MgrMetadata
from ceph_exporter.facts.mgr_dump import MgrDump
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = MgrDump.document
_MODULE = Labels("name")

STATUS = Metric(
    "ceph_mgr_status",
    "gauge",
    "Whether the mgr is active (1) or a standby (0)",
    _DOCUMENT,
    Labels("ceph_daemon"),
)
METADATA = Metric(
    "ceph_mgr_metadata",
    "gauge",
    "Host and version of the mgr; always 1",
    MgrMetadata.document,
    Labels("ceph_daemon", "hostname", "ceph_version"),
)
AVAILABLE = Metric(
    "ceph_mgr_available",
    "gauge",
    "Whether a mgr is active and has finished starting (1) or not (0)",
    _DOCUMENT,
)
MODULE_STATUS = Metric(
    "ceph_mgr_module_status",
    "gauge",
    "State of the mgr module: disabled (0), enabled (1) or always on (2)",
    _DOCUMENT,
    _MODULE,
)
MODULE_CAN_RUN = Metric(
    "ceph_mgr_module_can_run",
    "gauge",
    "Whether the mgr module can run (1) or cannot (0), for example because a dependency is missing",
    _DOCUMENT,
    _MODULE,
    since="13",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `mgr dump` and `mgr metadata`.

    The labels hostname and ceph_version of a mgr without metadata are empty. Without `mgr dump`,
    the mgrs of `mgr metadata` are listed.
    """
    dump, metadata = facts.get(MgrDump), facts.get(MgrMetadata)
    daemons = dict(metadata.daemons) if metadata else {}
    if dump is not None:
        mgrs = dict.fromkeys(dump.standbys, False)
        if dump.active:
            mgrs[dump.active] = True
        yield STATUS, [(STATUS.labels(f"mgr.{name}"), on) for name, on in sorted(mgrs.items())]
        yield AVAILABLE, one(dump.available)
        modules = [(_MODULE(row.name), row) for row in dump.modules]
        yield (
            MODULE_STATUS,
            [(block, 2 if row.always_on else row.enabled) for block, row in modules],
        )
        yield MODULE_CAN_RUN, [(block, row.can_run) for block, row in modules]
        daemons = {name: daemons.get(name, NOWHERE) for name in mgrs} if metadata else {}
    yield (
        METADATA,
        [
            (METADATA.labels(f"mgr.{name}", mgr.hostname, mgr.version), 1)
            for name, mgr in sorted(daemons.items())
        ],
    )
