"""The document `mgr dump`: the active mgr and its modules (12 and later).

Source: MgrMap::dump of 12 to 20 (src/mon/MgrMap.h).
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Module(msgspec.Struct, frozen=True):
    """A module that the active mgr has. always_on: whether it cannot be disabled.

    can_run: None where the release does not report it (12).
    """

    name: str
    can_run: bool | None = None
    enabled: bool = False
    always_on: bool = False


class MgrDump(Fact, frozen=True):
    """The mgrs. active: empty without an active mgr; available: whether it has started."""

    document = "mgr dump"

    active: str
    available: bool | None
    standbys: tuple[str, ...]
    modules: tuple[Module, ...]


class RawModule(msgspec.Struct, frozen=True):
    """An available module (13 and later; 12 lists only names)."""

    name: str
    can_run: bool | None = None


class RawStandby(msgspec.Struct, frozen=True):
    """A standby mgr."""

    name: str


class RawMgrMap(msgspec.Struct, frozen=True):
    """The answer of `mgr dump`, and `mgr_map` of the dashboard's full answer."""

    active_name: str = ""
    available: bool | None = False
    standbys: tuple[RawStandby, ...] = ()
    modules: tuple[str, ...] = ()
    available_modules: tuple[RawModule | str, ...] = ()
    always_on_modules: dict[str, tuple[str, ...]] = {}


_decode = Decoder(RawMgrMap)


@decodes("mgr dump")
def decode_mgr_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawMgrMap) -> MgrDump:
    """Return the fact for a mgr map."""
    # One list per release, by name; releases are named in alphabetical order.
    releases = answer.always_on_modules
    always_on = set(releases[max(releases)]) if releases else set()
    enabled = set(answer.modules)
    offered = [
        RawModule(module) if isinstance(module, str) else module
        for module in answer.available_modules
    ]
    return MgrDump(
        active=answer.active_name,
        available=answer.available,
        standbys=tuple(standby.name for standby in answer.standbys),
        modules=tuple(
            Module(row.name, row.can_run, row.name in enabled, row.name in always_on)
            for row in offered
        ),
    )
