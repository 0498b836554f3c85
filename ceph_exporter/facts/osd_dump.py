"""The document `osd dump`: the OSD map, with its OSDs, flags, ratios and pools.

Sources: OSDMap::dump and pg_pool_t::dump of Ceph 0.67 to 20. In the dashboard's `/api/health/full`,
the field `osd_map` has the same contents. In Ceph 11 and earlier, the map has no ratios, and an OSD
has no states other than exists and up.
"""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.map_pools import (
    ErasureProfile,
    Pool,
    RawPool,
    RawProfile,
    pool_of,
    profile_of,
)
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.odd_fields import WHOLE

_PLAIN = ("exists", "up")
OSD_FLAGS = ("noup", "nodown", "noin", "noout")
"""The flags that can be set for single OSDs, CRUSH nodes and device classes."""


class Osd(msgspec.Struct, frozen=True, gc=False):
    """One OSD of the map.

    weight: the reweight, 0 (out) to 1. nearfull, backfillfull, full: whether the monitors set that
    state; None before Ceph 12 and until an upgrade to it is complete. An address has no port and no
    nonce, and an IPv6 address is in brackets, as in the labels of Ceph's mgr module. An address
    that the OSD does not have is an empty string. flags: those of noup, nodown, noin and noout that
    are set for this OSD alone (Ceph 12 and later).
    """

    id: int
    up: bool
    is_in: bool
    weight: float | None = None
    nearfull: bool | None = None
    backfillfull: bool | None = None
    full: bool | None = None
    public_addr: str = ""
    cluster_addr: str = ""
    flags: tuple[str, ...] = ()


class Stretch(msgspec.Struct, frozen=True):
    """Stretch mode, in which a cluster extends over several sites and one monitor breaks ties.

    sites: the number of sites. degraded, recovering: whether a site is down, and whether the data
    of a site that was down is being recovered. Each is None if it is unknown.
    """

    enabled: bool | None = None
    sites: int | None = None
    degraded: bool | None = None
    recovering: bool | None = None


class OsdDump(Fact, frozen=True):
    """The OSD map.

    flags: the names of the flags that are set, None if unknown. The ratios, 0 to 1, are None before
    Ceph 12 and while they are not set. blocklist: the number of entries, both addresses and ranges,
    None if unknown. upmap_items: the number of PGs with exceptions to CRUSH, None before Ceph 12.

    require_osd_release: the release that OSDs must have at least, such as "reef".
    require_min_compat_client: the oldest release of clients that the operator allows.
    min_compat_client: the oldest release of clients that support the features in use. These three
    are empty strings before Ceph 12, and while they are not set. node_flags, class_flags: the flags
    that are set for a CRUSH node or for a device class, by its name; None if unknown, and before
    Ceph 14. stretch: None before Ceph 16.
    """

    document = "osd dump"
    of_osd_map = True

    osds: tuple[Osd, ...]
    epoch: int | None = None
    flags: tuple[str, ...] | None = ()
    full_ratio: float | None = None
    backfillfull_ratio: float | None = None
    nearfull_ratio: float | None = None
    blocklist: int | None = None
    upmap_items: int | None = None
    pools: tuple[Pool, ...] = ()
    erasure_code_profiles: Mapping[str, ErasureProfile] = {}
    require_osd_release: str = ""
    require_min_compat_client: str = ""
    min_compat_client: str = ""
    node_flags: Mapping[str, tuple[str, ...]] | None = None
    class_flags: Mapping[str, tuple[str, ...]] | None = None
    stretch: Stretch | None = None


class RawOsd(msgspec.Struct, frozen=True, gc=False):
    """One row of `osds`. `up` and `in` are 0 or 1."""

    osd: int
    up: bool
    is_in: bool = msgspec.field(name="in")
    weight: float | None = None
    state: tuple[str, ...] = ()
    public_addr: str = ""
    cluster_addr: str = ""


# {"10.0.0.1:0/123": "2026-11-24T11:28:57.178582+0000"}; Ceph 0.67 and 0.80 list only the times.
RawFlags: TypeAlias = Annotated[dict[str, tuple[str, ...]] | None, WHOLE]
RawBlocklist = Annotated[dict[str, str] | tuple[str, ...], WHOLE]


class RawStretch(msgspec.Struct, frozen=True):
    """`stretch_mode`. `degraded_stretch_mode` is 0 unless a site is down."""

    stretch_mode_enabled: bool | None = None
    stretch_bucket_count: int | None = None
    degraded_stretch_mode: int | None = None
    recovering_stretch_mode: int | None = None


class RawOsdDump(msgspec.Struct, frozen=True):
    """The answer to `osd dump`.

    `blacklist` exists in Ceph 15 and earlier, `range_blocklist` in Ceph 16 and later.
    """

    osds: tuple[RawOsd | None, ...]
    epoch: int | None = None
    flags: str | None = ""
    full_ratio: float | None = None
    backfillfull_ratio: float | None = None
    nearfull_ratio: float | None = None
    blacklist: RawBlocklist | None = None
    blocklist: RawBlocklist | None = None
    range_blocklist: RawBlocklist | None = ()
    pg_upmap_items: tuple[msgspec.Raw, ...] | None = None
    pools: tuple[RawPool, ...] = ()
    erasure_code_profiles: dict[str, RawProfile] = {}
    require_osd_release: str = ""
    require_min_compat_client: str = ""
    min_compat_client: str = ""
    crush_node_flags: RawFlags = None
    device_class_flags: RawFlags = None
    stretch_mode: RawStretch | None = None


_decode = Decoder(RawOsdDump)


@decodes("osd dump")
def decode_osd_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd dump`."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawOsdDump) -> OsdDump:
    """Return the fact for an OSD map of any release."""
    blocked = answer.blacklist if answer.blocklist is None else answer.blocklist
    ranges = answer.range_blocklist
    # Ceph 12 added the ratios and these states. Until the upgrade is complete, the ratios are 0.
    states = bool(answer.nearfull_ratio)
    profiles = answer.erasure_code_profiles.items()
    return OsdDump(
        osds=tuple([_osd(osd, states=states) for osd in answer.osds if osd]),
        epoch=amount(answer.epoch),
        flags=None if answer.flags is None else tuple(filter(None, answer.flags.split(","))),
        full_ratio=amount(answer.full_ratio) or None,
        backfillfull_ratio=amount(answer.backfillfull_ratio) or None,
        nearfull_ratio=amount(answer.nearfull_ratio) or None,
        blocklist=None if blocked is None or ranges is None else len(blocked) + len(ranges),
        upmap_items=None if answer.pg_upmap_items is None else len(answer.pg_upmap_items),
        pools=tuple(pool_of(pool) for pool in answer.pools),
        erasure_code_profiles={name: profile_of(profile) for name, profile in profiles},
        require_osd_release=answer.require_osd_release,
        require_min_compat_client=answer.require_min_compat_client,
        min_compat_client=answer.min_compat_client,
        node_flags=answer.crush_node_flags,
        class_flags=answer.device_class_flags,
        stretch=_stretch(answer.stretch_mode),
    )


def _osd(osd: RawOsd, *, states: bool) -> Osd:
    return Osd(
        id=osd.osd,
        up=osd.up,
        is_in=osd.is_in,
        weight=amount(osd.weight),
        nearfull="nearfull" in osd.state if states else None,
        backfillfull="backfillfull" in osd.state if states else None,
        full="full" in osd.state if states else None,
        public_addr=_host(osd.public_addr),
        cluster_addr=_host(osd.cluster_addr),
        flags=_flags(osd.state),
    )


def _flags(state: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags among the states of an OSD; nearly every OSD has two states and no flag."""
    return () if state == _PLAIN else tuple([flag for flag in OSD_FLAGS if flag in state])


def _stretch(stretch: RawStretch | None) -> Stretch | None:
    if stretch is None:
        return None
    degraded = amount(stretch.degraded_stretch_mode)
    recovering = amount(stretch.recovering_stretch_mode)
    return Stretch(
        stretch.stretch_mode_enabled,
        amount(stretch.stretch_bucket_count),
        None if degraded is None else degraded > 0,
        None if recovering is None else recovering > 0,
    )


def _host(addr: str) -> str:
    """Return the host of "10.0.0.1:6801/123" or "[fd00::1]:6801/123"; "" for "-" and ":/0"."""
    return addr.rpartition(":")[0]
