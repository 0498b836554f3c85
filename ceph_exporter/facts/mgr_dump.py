"""The document `mgr dump`: the active mgr and its modules (12 and later).

Source: MgrMap::dump of 12 to 20 (src/mon/MgrMap.h).
"""

import re

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Module(msgspec.Struct, frozen=True):
    """A module that the active mgr has.

    can_run: None where the release does not report it (12). enabled: None if it may be disabled by
    force. always_on: whether it is enabled and cannot be disabled without force.
    """

    name: str
    can_run: bool | None = None
    enabled: bool | None = False
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
    force_disabled_modules: msgspec.Raw = msgspec.Raw()


_decode = Decoder(RawMgrMap)
# MgrMap::dump of 19.2 and later prints a list as an object whose keys are all "module".
_STRING = re.compile(rb'[:\[,]\s*"([^"\\]*)"')


@decodes("mgr dump")
def decode_mgr_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawMgrMap, *, by_mgr: bool = False) -> MgrDump:
    """Return the fact for a mgr map.

    by_mgr: whether the mgr's Python wrote the answer, which keeps only the last of several modules
    that are disabled by force. Ceph sorts them, so those before it may be disabled too.
    """
    # One list per release, by name; releases are named in alphabetical order.
    releases = answer.always_on_modules
    always_on = set(releases[max(releases)]) if releases else set()
    enabled = set(answer.modules)
    strings = _STRING.findall(bytes(answer.force_disabled_modules))
    forced = {name.decode() for name in strings} - {"module"}
    unknown_before = max(forced, default="") if by_mgr else ""
    offered = [
        RawModule(module) if isinstance(module, str) else module
        for module in answer.available_modules
    ]
    return MgrDump(
        active=answer.active_name,
        available=answer.available,
        standbys=tuple(standby.name for standby in answer.standbys),
        modules=tuple(
            # Of those that cannot be disabled without force, forced ones are not always on.
            Module(row.name, row.can_run, False if row.name in forced else None)
            if row.name in forced or (row.name in always_on and row.name < unknown_before)
            else Module(row.name, row.can_run, row.name in enabled, row.name in always_on)
            for row in offered
        ),
    )
