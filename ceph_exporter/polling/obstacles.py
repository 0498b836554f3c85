"""Why a document that may take long is not requested from the dashboard."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ceph_exporter.facts import Fact, Health, ServiceDump, Versions
from ceph_exporter.facts.rbd_images import RbdImages
from ceph_exporter.facts.rbd_mirror import SERVICE, RbdMirror
from ceph_exporter.facts.rgw_buckets import RgwBuckets
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.sources import ErrorKind, SourceError

_Available: TypeAlias = Mapping[type[Fact], Fact]


def obstacle(document: str, facts: _Available) -> SourceError | None:
    """Return why a document is not requested, None if it is."""
    find = _OBSTACLES.get(document)
    return find(facts) if find else None


def _no_gateway(facts: _Available) -> SourceError | None:
    dump = facts.get(ServiceDump)
    if not isinstance(dump, ServiceDump):
        return _unknown("gateways")
    if any(row.type == "rgw" for row in dump.services):
        return None
    return SourceError(ErrorKind.UNSUPPORTED, "no RADOS Gateway runs in this cluster")


def _no_mirror(facts: _Available) -> SourceError | None:
    versions = facts.get(Versions)
    if not isinstance(versions, Versions):
        return _unknown("daemons")
    if versions.daemons.get(SERVICE):
        return _inactive(facts)
    return SourceError(ErrorKind.UNSUPPORTED, "no RBD mirror daemon runs in this cluster")


def _inactive(facts: _Available) -> SourceError | None:
    """Return an error while requests to RBD may hang, which would occupy threads of the mgr."""
    health = facts.get(Health)
    if isinstance(health, Health) and _INACTIVE in health.checks:
        text = f"not requested while PGs are inactive ({_INACTIVE}), because RBD would hang"
        return SourceError(ErrorKind.FAILED, text)
    return None


def _unknown(what: str) -> SourceError:
    text = f"not requested, because the list of {what} is unavailable"
    return SourceError(ErrorKind.FAILED, text)


_INACTIVE = "PG_AVAILABILITY"
_OBSTACLES: Mapping[str, Callable[[_Available], SourceError | None]] = {
    RgwBuckets.document: _no_gateway,
    RgwUsers.document: _no_gateway,
    RbdImages.document: _inactive,
    RbdMirror.document: _no_mirror,
}
