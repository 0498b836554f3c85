"""The pools and erasure code profiles of the OSD map, which is the document `osd dump`.

Sources: OSDMap::dump and pg_pool_t::dump of Ceph 0.67 to 20.
"""

import msgspec

from ceph_exporter.facts.numbers import amounts

_POOL_TYPES = {1: "replicated", 3: "erasure"}
_DIGITS = 10


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


def pool_of(pool: RawPool) -> Pool:
    """Return a pool, without numbers that are impossible."""
    row = Pool(
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
    return amounts(row)


def profile_of(profile: RawProfile) -> ErasureProfile:
    """Return the numbers of an erasure code profile."""
    return ErasureProfile(_number(profile.k), _number(profile.m))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None
