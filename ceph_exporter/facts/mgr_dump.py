"""The document `mgr dump`: the active mgr and its modules (Ceph 12 and later).

Source: MgrMap::dump of Ceph 12 to 20 (src/mon/MgrMap.h).
"""

import re

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Module(msgspec.Struct, frozen=True):
    """A module of the active mgr.

    can_run: None if unknown, as in Ceph 12. enabled: None if it is unknown whether the module
    was disabled by force. always_on: whether it is enabled and can only be disabled by force.
    """

    name: str
    can_run: bool | None = None
    enabled: bool | None = False
    always_on: bool = False


class MgrDump(Fact, frozen=True):
    """The mgrs.

    active: the name of the active mgr, an empty string if there is none. available: whether the
    active mgr has finished starting, None if unknown.
    """

    document = "mgr dump"

    active: str
    available: bool | None
    standbys: tuple[str, ...]
    modules: tuple[Module, ...]


class RawModule(msgspec.Struct, frozen=True):
    """An available module. Ceph 13 and later print this object, Ceph 12 only the name."""

    name: str
    can_run: bool | None = None


class RawStandby(msgspec.Struct, frozen=True):
    """A standby mgr."""

    name: str


class RawMgrMap(msgspec.Struct, frozen=True):
    """The answer to `mgr dump`, and `mgr_map` in the dashboard's `/api/health/full`."""

    active_name: str = ""
    available: bool | None = False
    standbys: tuple[RawStandby, ...] = ()
    modules: tuple[str, ...] = ()
    available_modules: tuple[RawModule | str, ...] = ()
    always_on_modules: dict[str, tuple[str, ...]] = {}
    force_disabled_modules: msgspec.Raw = msgspec.Raw()


_decode = Decoder(RawMgrMap)
# In Ceph 19.2 and later, `force_disabled_modules` is an object in which every key is "module".
_STRING = re.compile(rb'[:\[,]\s*"([^"\\]*)"')


@decodes("mgr dump")
def decode_mgr_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `mgr dump`."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawMgrMap, *, by_mgr: bool = False) -> MgrDump:
    """Return the fact for a mgr map.

    by_mgr: whether the mgr's Python code wrote the answer. Python keeps only the last of the
    duplicate keys in `force_disabled_modules`. Ceph sorts these modules, so any module that sorts
    before the remaining one may be disabled by force, too.
    """
    # `always_on_modules` has one list per release. The newest is the one whose name sorts last.
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
            # A module that is or may be disabled by force does not count as always on.
            Module(row.name, row.can_run, False if row.name in forced else None)
            if row.name in forced or (row.name in always_on and row.name < unknown_before)
            else Module(row.name, row.can_run, row.name in enabled, row.name in always_on)
            for row in offered
        ),
    )
