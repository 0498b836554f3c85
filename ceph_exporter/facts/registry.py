"""The registry of documents: their fact types and the commands that return them.

To add a document, write its fact type and a decoder in a module of this package, add a row below,
and add an answer to ceph_exporter/simulator/reef/__init__.py. If a step is missing, an import fails
with an error that names the file to edit.
"""

import pkgutil
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module

from ceph_exporter.facts.cephfs_clients import CephfsClients
from ceph_exporter.facts.command import Command, mgr, mon, release_key
from ceph_exporter.facts.daemons import MdsMetadata, MgrMetadata, MonMetadata
from ceph_exporter.facts.df import Df
from ceph_exporter.facts.fact import DECODERS, Fact, RegistrationError, file_of
from ceph_exporter.facts.fs_dump import FsDump
from ceph_exporter.facts.fs_status import FsStatus
from ceph_exporter.facts.health import Health
from ceph_exporter.facts.mgr_dump import MgrDump
from ceph_exporter.facts.mgr_modules import Balancer, CrashList, DeviceList
from ceph_exporter.facts.mon_store import MonStore
from ceph_exporter.facts.orch_hosts import Hosts
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.osd_df import OsdDf
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.osd_metadata import OsdMetadata
from ceph_exporter.facts.osd_perf import OsdPerf
from ceph_exporter.facts.osd_tree import OsdTree
from ceph_exporter.facts.perf_counters import PerfCounters
from ceph_exporter.facts.pg_states import PgStates
from ceph_exporter.facts.pool_stats import PoolStats
from ceph_exporter.facts.pool_sums import PoolSums
from ceph_exporter.facts.progress import Progress
from ceph_exporter.facts.quorum import Quorum
from ceph_exporter.facts.rbd_counters import RbdCounters
from ceph_exporter.facts.rbd_images import RbdImages
from ceph_exporter.facts.rbd_mirror import RbdMirror
from ceph_exporter.facts.rgw_buckets import RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.facts.signs import Signs
from ceph_exporter.facts.status import Status
from ceph_exporter.facts.time_sync import TimeSync
from ceph_exporter.facts.version import Version
from ceph_exporter.facts.versions import Features, Versions


class Document:
    """One row of the registry.

    commands: the commands that return the document, best first. There are none if the document only
    comes from an endpoint or a file. since: the first release that has the document; by default,
    the first release that has one of the commands.
    """

    def __init__(self, fact: type[Fact], *commands: Command, since: str = "") -> None:
        self.fact = fact
        self.name = fact.document
        self.commands = commands
        releases = [since] if since else [command.since for command in commands] or ["0.67"]
        self.since = min(releases, key=release_key)


# Documents are requested in this order: those that a person on call needs most urgently come first.
REGISTRY = (
    Document(Health, mon("health", detail="detail")),
    Document(Status, mon("status")),
    Document(Quorum, mon("quorum_status"), mon("mon dump")),
    # Up to Ceph 11, `health` contains this document.
    Document(TimeSync, mon("time-sync-status", since="12"), since="0.67"),
    Document(Signs, since="14"),  # from endpoints of the dashboard
    Document(OsdDump, mon("osd dump")),
    Document(Df, mon("df", detail="detail")),
    Document(PoolStats, mgr("osd pool stats", since="0.80")),
    Document(OsdPerf, mgr("osd perf")),
    Document(OsdDf, mgr("osd df", since="0.94")),
    Document(MgrDump, mon("mgr dump", since="12")),
    Document(FsDump, mon("fs dump", since="10"), mon("mds dump")),
    Document(FsStatus, mgr("fs status", since="15"), since="14"),
    Document(PgStates, mgr("pg dump", dumpcontents=["pgs_brief"])),
    Document(ServiceDump, mgr("service dump", since="12")),
    Document(Daemons, mgr("orch ps", since="15")),
    Document(Services, mgr("orch ls", since="15")),
    Document(Hosts, mgr("orch host ls", since="15")),
    Document(Progress, mgr("progress json", since="14")),
    Document(OsdTree, mon("osd tree")),
    Document(PoolSums, mgr("pg dump", dumpcontents=["pools"])),
    Document(Version, mon("version", since="0.94")),
    Document(Versions, mon("versions", since="12")),
    Document(Features, mon("features", since="12")),
    Document(MonMetadata, mon("mon metadata", since="12")),
    Document(MgrMetadata, mon("mgr metadata", since="12")),
    Document(MdsMetadata, mon("mds metadata", since="12")),
    Document(OsdMetadata, mon("osd metadata", since="10")),
    Document(CrashList, mgr("crash ls", since="14")),
    Document(DeviceList, mgr("device ls", since="14")),
    Document(Balancer, mgr("balancer status", since="12")),
    Document(PerfCounters, since="14"),  # from endpoints of the dashboard and restful
    Document(RgwBuckets, since="14"),  # from the dashboard and from RGW's admin API
    Document(RgwUsers, since="14"),
    Document(RgwUsage, since="12"),  # from RGW's admin API only
    Document(RbdCounters, mgr("rbd perf image counters", since="14")),
    Document(RbdMirror, mgr("service status", since="12")),
    Document(RbdImages, since="14"),  # from the dashboard only
    Document(CephfsClients, since="14"),  # from the dashboard, which asks the MDSs
    Document(MonStore),  # from the monitors' data directories on the exporter's own host
)


def wire_format_of(document: str, command: Command) -> str:
    """Return the name under which the command's answer is decoded and recorded.

    It is the document's name for its first command, and the command's prefix for any other.
    """
    return document if command is COMMANDS[document][0] else command.prefix


def check(registry: Iterable[Document], facts: Iterable[type[Fact]]) -> None:
    """Raise RegistrationError, which names the file to edit, if the registry is inconsistent.

    Every document must be registered once and have a decoder. facts: every fact type, registered or
    not.
    """
    here = file_of(__name__)
    owners: dict[str, str] = {}
    for row in registry:
        for wire_format in _wire_formats(row):
            if wire_format in owners:
                raise RegistrationError(
                    f"{here}: the rows of {owners[wire_format]} and {row.fact.__name__} have the "
                    f"same wire format {wire_format!r}; change one of them"
                )
            owners[wire_format] = row.fact.__name__
        _check_row(row)
    for fact in facts:
        file, name = file_of(fact.__module__), fact.__name__
        if not hasattr(fact, "document"):
            raise RegistrationError(
                f"{file}: {name} does not name its `document`; add it as a class attribute"
            )
        if owners.get(fact.document) != name:
            raise RegistrationError(
                f"{here}: no row registers {name} of {file}; add one such as "
                f"Document({name}, mon({fact.document!r}))"
            )


def _check_row(row: Document) -> None:
    file, name = file_of(row.fact.__module__), row.fact.__name__
    if len({command.target for command in row.commands}) > 1:
        raise RegistrationError(
            f"{file_of(__name__)}: the mgr answers some commands of {name} and the monitors "
            "others; register them as two documents"
        )
    missing = [wire_format for wire_format in _wire_formats(row) if wire_format not in DECODERS]
    if row.commands and missing:
        raise RegistrationError(
            f'{file}: no function decodes the document; add one with @decodes("{missing[0]}")'
        )
    own = [decode for decode in DECODERS.values() if decode.__module__ == row.fact.__module__]
    if not row.commands and not own:
        raise RegistrationError(
            f"{file}: no function decodes {name}; add one with @decodes(...) and the name of the "
            "endpoint"
        )


def _wire_formats(row: Document) -> list[str]:
    return [row.name, *(command.prefix for command in row.commands[1:])]


def _fact_types() -> list[type[Fact]]:
    """Import all modules of this package; return the fact types that they define."""
    package = sys.modules[__package__ or ""]
    names = [f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__)]
    values = [
        (name, value)
        for name in names
        if name != __name__
        for value in vars(import_module(name)).values()
    ]
    return [
        value
        for name, value in values
        if isinstance(value, type)
        and issubclass(value, Fact)
        and value is not Fact
        and value.__module__ == name
    ]


COMMANDS: Mapping[str, tuple[Command, ...]] = {
    row.name: row.commands for row in REGISTRY if row.commands
}
"""The commands that return each document, best first."""

DOCUMENTS: Mapping[str, type[Fact]] = {row.name: row.fact for row in REGISTRY}
"""The fact type of each document, in the order in which the documents are requested."""

check(REGISTRY, _fact_types())
