"""The document `osd dump`: the OSD map, with its OSDs, flags, ratios and pools.

Sources: OSDMap::dump and pg_pool_t::dump of Ceph 0.67 to 20. In the dashboard's `/api/health/full`,
the field `osd_map` has the same contents. In Ceph 11 and earlier, the map has no ratios, and an OSD
has no states other than exists and up.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount, amounts
from ceph_exporter.facts.odd_fields import WHOLE

_POOL_TYPES = {1: "replicated", 3: "erasure"}
_DIGITS = 10


class Osd(msgspec.Struct, frozen=True, gc=False):
    """One OSD of the map.

    weight: the reweight, 0 (out) to 1. nearfull, backfillfull, full: whether the monitors set that
    state; None before Ceph 12 and until an upgrade to it is complete. An address has no port and no
    nonce, and an IPv6 address is in brackets, as in the labels of Ceph's mgr module. An address
    that the OSD does not have is an empty string.
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


class Pool(msgspec.Struct, frozen=True):
    """One pool. type: replicated, erasure or unknown.

    pg_num_target and pg_autoscale_mode (off, warn, on) are None before Ceph 14. A quota of 0 means
    no quota. applications: the names of the pool's applications; none before Ceph 12.
    """

    id: int
    name: str
    type: str
    size: int | None = None
    min_size: int | None = None
    pg_num: int | None = None
    pgp_num: int | None = None
    pg_num_target: int | None = None
    pg_autoscale_mode: str | None = None
    quota_max_bytes: int | None = None
    quota_max_objects: int | None = None
    applications: tuple[str, ...] = ()
    erasure_code_profile: str = ""
    compression_mode: str = "none"


class ErasureProfile(msgspec.Struct, frozen=True):
    """The numbers of data chunks (k) and coding chunks (m); None if they are not set or invalid."""

    k: int | None = None
    m: int | None = None


class OsdDump(Fact, frozen=True):
    """The OSD map.

    flags: the names of the flags that are set, None if unknown. The ratios, 0 to 1, are None before
    Ceph 12 and while they are not set. blocklist: the number of entries, both addresses and ranges,
    None if unknown. upmap_items: the number of PGs with exceptions to CRUSH, None before Ceph 12.
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


class RawOsd(msgspec.Struct, frozen=True, gc=False):
    """One row of `osds`. `up` and `in` are 0 or 1."""

    osd: int
    up: bool
    is_in: bool = msgspec.field(name="in")
    weight: float | None = None
    state: tuple[str, ...] = ()
    public_addr: str = ""
    cluster_addr: str = ""


class RawOptions(msgspec.Struct, frozen=True):
    """`options` of a pool. Ceph prints only the options that are set."""

    compression_mode: str = "none"


class RawPool(msgspec.Struct, frozen=True):
    """One row of `pools`."""

    pool: int
    pool_name: str = ""
    type: int = 0
    size: int | None = None
    min_size: int | None = None
    pg_num: int | None = None
    pg_placement_num: int | None = None
    pg_num_target: int | None = None
    pg_autoscale_mode: str | None = None
    quota_max_bytes: int | None = None
    quota_max_objects: int | None = None
    erasure_code_profile: str = ""
    options: RawOptions = RawOptions()
    application_metadata: dict[str, msgspec.Raw] = {}


class RawProfile(msgspec.Struct, frozen=True):
    """One row of `erasure_code_profiles` (Ceph 0.78 and later). All values are strings."""

    k: str = ""
    m: str = ""


# {"10.0.0.1:0/123": "2026-11-24T11:28:57.178582+0000"}; Ceph 0.67 and 0.80 list only the times.
RawBlocklist = Annotated[dict[str, str] | tuple[str, ...], WHOLE]


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
        pools=tuple(amounts(_pool(pool)) for pool in answer.pools),
        erasure_code_profiles={
            name: ErasureProfile(_number(profile.k), _number(profile.m))
            for name, profile in profiles
        },
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
    )


def _host(addr: str) -> str:
    """Return the host of "10.0.0.1:6801/123" or "[fd00::1]:6801/123"; "" for "-" and ":/0"."""
    return addr.rpartition(":")[0]


def _pool(pool: RawPool) -> Pool:
    return Pool(
        id=pool.pool,
        name=pool.pool_name,
        type=_POOL_TYPES.get(pool.type, "unknown"),
        size=pool.size,
        min_size=pool.min_size,
        pg_num=pool.pg_num,
        pgp_num=pool.pg_placement_num,
        pg_num_target=pool.pg_num_target,
        pg_autoscale_mode=pool.pg_autoscale_mode,
        quota_max_bytes=pool.quota_max_bytes,
        quota_max_objects=pool.quota_max_objects,
        applications=tuple(pool.application_metadata),
        erasure_code_profile=pool.erasure_code_profile,
        compression_mode=pool.options.compression_mode,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None
