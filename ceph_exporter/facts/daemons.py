"""The documents `mon metadata`, `mgr metadata`, `mds metadata`: host and version of each daemon.

Sources: MonmapMonitor.cc, MgrMonitor.cc and FSCommands of Ceph 10 and later. In Ceph 12 and later,
each of these commands can return all daemons at once. The dashboard's `/api/host` lists the daemons
of every host.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.health import Health
from ceph_exporter.facts.versions import Versions


class Daemon(msgspec.Struct, frozen=True):
    """A daemon's host and version, each an empty string if Ceph does not report it.

    version: Ceph's complete version line, "ceph version 16.2.15 (sha1) pacific (stable)".
    """

    hostname: str = ""
    version: str = ""


NOWHERE = Daemon()


class MonMetadata(Fact, frozen=True):
    """The hosts and versions of the monitors, by name."""

    document = "mon metadata"
    slow = True

    daemons: Mapping[str, Daemon]


class MgrMetadata(Fact, frozen=True):
    """The hosts and versions of the mgrs, by name."""

    document = "mgr metadata"
    slow = True

    daemons: Mapping[str, Daemon]


class MdsMetadata(Fact, frozen=True):
    """The hosts and versions of the MDSs, by name."""

    document = "mds metadata"
    slow = True

    daemons: Mapping[str, Daemon]


def places(
    facts: Facts, type_: type[MonMetadata] | type[MdsMetadata]
) -> Mapping[str, Daemon] | None:
    """Return the daemons by name, None while the document is unavailable.

    Ceph 11 and earlier do not have the document. If `health` comes from such a release, the result
    is an empty mapping, so that the daemons are shown without host and version.
    """
    metadata, health = facts.get(type_), facts.get(Health)
    if metadata is not None:
        return metadata.daemons
    return {} if health is not None and health.era else None


class RawDaemon(msgspec.Struct, frozen=True):
    """One row of a command's answer. In Ceph 12, the name of a mgr is in `id`."""

    name: str = ""
    id: str = ""
    hostname: str = ""
    ceph_version: str = ""


class RawService(msgspec.Struct, frozen=True):
    """A daemon on a host. `ceph_version` exists in Ceph 16 and later."""

    type: str
    id: str
    ceph_version: str = ""


class RawHost(msgspec.Struct, frozen=True):
    """One row of `/api/host`. `ceph_version` is the version of the host's daemons."""

    hostname: str
    services: tuple[RawService, ...] = ()
    ceph_version: str = ""


_decode = Decoder(tuple[RawDaemon, ...])
_decode_hosts = Decoder(tuple[RawHost, ...])


@decodes("mon metadata")
def decode_mons(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `mon metadata`."""
    return (MonMetadata(_by_name(body)),)


@decodes("mgr metadata")
def decode_mgrs(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `mgr metadata`."""
    return (MgrMetadata(_by_name(body)),)


@decodes("mds metadata")
def decode_mdss(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `mds metadata`."""
    return (MdsMetadata(_by_name(body)),)


@decodes("dashboard/host")
def decode_hosts(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's hosts into the metadata of monitors, mgrs and MDSs, and `versions`.

    A daemon without a version gets the version of its host. Raise DecodeError if no daemon has a
    version, or if no host has daemons, as in the orchestrator's list of hosts, which Ceph 18 and
    later sometimes return.
    """
    by_type: dict[str, dict[str, Daemon]] = {"mon": {}, "mgr": {}, "mds": {}}
    hosts = _decode_hosts(body)
    for host in hosts:
        for service in host.services:
            version = service.ceph_version or host.ceph_version
            by_type.setdefault(service.type, {})[service.id] = Daemon(host.hostname, version)
    _check_hosts(hosts, by_type)
    versions = {
        type_: Counter(daemon.version for daemon in daemons.values() if daemon.version)
        for type_, daemons in by_type.items()
    }
    return (
        MonMetadata(by_type["mon"]),
        MgrMetadata(by_type["mgr"]),
        MdsMetadata(by_type["mds"]),
        Versions(versions),
    )


def _check_hosts(hosts: tuple[RawHost, ...], by_type: Mapping[str, Mapping[str, Daemon]]) -> None:
    """Raise DecodeError if no host has daemons or no daemon has a version."""
    daemons = [daemon for one in by_type.values() for daemon in one.values()]
    if not daemons:
        raise DecodeError(
            f"the {len(hosts)} hosts are listed without daemons: the list comes from the "
            "orchestrator, because /api/host?sources=ceph failed; check that `ceph orch ps` works"
        )
    if not any(daemon.version for daemon in daemons):
        raise DecodeError(f"none of the {len(daemons)} daemons has a version; check: ceph versions")


def _by_name(body: bytes) -> dict[str, Daemon]:
    return {
        row.name or row.id: Daemon(row.hostname, row.ceph_version)
        for row in _decode(body)
        if row.name or row.id
    }
