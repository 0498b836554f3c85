"""The collector of pools."""

import msgspec
import pytest

from ceph_exporter.collectors import pools
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.df import Df, PoolUsage, Space
from ceph_exporter.facts.map_pools import ErasureProfile, Pool
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.pool_stats import PoolRates, PoolStats
from ceph_exporter.facts.pool_sums import PoolSum, PoolSums
from ceph_exporter.facts.version import Version
from tests.collectors.pages import sample_lines

# Figure of `df` -> name, each shown as it is.
USAGE = {
    name: f"ceph_pool_{name}"
    for name in PoolUsage.__struct_fields__
    if name not in ("id", "name", "quota_bytes", "quota_objects")
}
RATES = {
    "read_bytes": "ceph_pool_client_io_read_bytes",
    "write_bytes": "ceph_pool_client_io_write_bytes",
    "read_ops": "ceph_pool_client_io_read_ops",
    "write_ops": "ceph_pool_client_io_write_ops",
    "ops": "ceph_pool_client_io_ops",
    "recovering_objects": "ceph_pool_recovering_objects_per_sec",
    "recovering_bytes": "ceph_pool_recovering_bytes_per_sec",
    "recovering_keys": "ceph_pool_recovering_keys_per_sec",
    "num_objects_recovered": "ceph_pool_num_objects_recovered",
    "num_bytes_recovered": "ceph_pool_num_bytes_recovered",
    "degraded": "ceph_pool_num_objects_degraded",
    "misplaced": "ceph_pool_num_objects_misplaced",
    "unfound": "ceph_pool_num_objects_unfound",
}
SETTINGS = {
    "size": "ceph_pool_size",
    "min_size": "ceph_pool_min_size",
    "pg_num": "ceph_pool_pg_num",
    "pgp_num": "ceph_pool_pgp_num",
    "pg_num_target": "ceph_pool_pg_num_target",
}


def shown(*facts: Fact) -> list[str]:
    """Return the sample lines."""
    return sample_lines(pools.collect(Facts.of(*facts)))


def metadata(pool: Pool, **profiles: ErasureProfile) -> str:
    """Return the labels of the only pool of an OSD map."""
    dump = OsdDump((), pools=(pool,), erasure_code_profiles=profiles)
    return next(line for line in shown(dump) if line.startswith("ceph_pool_metadata"))


def df(**figures: float) -> Df:
    """Return a `df` with pool 1 and these figures."""
    return Df(Space(), pools=(PoolUsage(1, "p", **figures),))


@pytest.mark.parametrize("figure", USAGE)
def test_usage(figure: str) -> None:
    """A figure of `df` is shown by the pool's id, as 0 when it is 0."""
    assert shown(df(**{figure: 0.5})) == [f'{USAGE[figure]}{{pool_id="1"}} 0.5']
    assert shown(df(**{figure: 0})) == [f'{USAGE[figure]}{{pool_id="1"}} 0']


@pytest.mark.parametrize("figure", RATES)
def test_rates(figure: str) -> None:
    """A rate is shown by the pool's id, as 0 when it is 0."""
    name = RATES[figure]
    release = Version("12.2.3")
    assert shown(release, PoolStats({1: PoolRates(**{figure: 7.5})})) == [
        f'{name}{{pool_id="1"}} 7.5'
    ]
    assert shown(release, PoolStats({1: PoolRates(**{figure: 0})})) == [f'{name}{{pool_id="1"}} 0']


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings(setting: str) -> None:
    """A setting of the OSD map is shown by the pool's id."""
    pool = msgspec.structs.replace(Pool(1, "p", "unknown"), **{setting: 3})
    dump = OsdDump((), pools=(pool,))
    assert f'{SETTINGS[setting]}{{pool_id="1"}} 3' in shown(dump)


def test_autoscale_mode() -> None:
    """The autoscaler's mode is a label; before 14 there is none."""
    modes = [Pool(1, "p", "unknown", pg_autoscale_mode="warn"), Pool(2, "q", "unknown")]
    lines = [line for line in shown(OsdDump((), pools=tuple(modes))) if "autoscale" in line]
    assert lines == ['ceph_pool_pg_autoscale_mode{pool_id="1",mode="warn"} 1']


def test_metadata() -> None:
    """A pool is described as the module of 20 does, its labels in the same order."""
    pool = Pool(
        *(4, "cephfs.data", "replicated"),
        size=3,
        applications=("cephfs",),
        compression_mode="aggressive",
    )
    assert metadata(pool) == (
        'ceph_pool_metadata{pool_id="4",name="cephfs.data",type="replicated",'
        'description="replica:3",compression_mode="aggressive",application="Filesystem"} 1'
    )


@pytest.mark.parametrize(
    ("type_", "profile", "description"),
    [
        ("erasure", "k4m2", "ec:4+2"),
        ("erasure", "gone", "ec:unknown"),
        ("erasure", "odd", "ec:unknown"),
        ("unknown", "", "unknown"),
    ],
)
def test_description(type_: str, profile: str, description: str) -> None:
    """An erasure code is described by its profile, while that is available."""
    pool = Pool(1, "p", type_, erasure_code_profile=profile)
    line = metadata(pool, k4m2=ErasureProfile(4, 2), odd=ErasureProfile())
    assert f',description="{description}",' in line


@pytest.mark.parametrize(
    ("names", "shown_as"),
    [
        (("rbd",), "Block"),
        (("rgw",), "Object"),
        (("mgr",), "mgr"),
        (("rbd", 'my"own'), r"Block, my\"own"),
        ((), ""),
    ],
)
def test_application(names: tuple[str, ...], shown_as: str) -> None:
    """Ceph's own uses are shown as the module shows them, any others by their names."""
    assert metadata(Pool(1, "p", "unknown", applications=names)).endswith(
        f',application="{shown_as}"}} 1'
    )


def test_quotas() -> None:
    """A quota is shown with the used part of it; without a quota there is no part."""
    lines = shown(df(stored=25, objects=3, quota_bytes=100, quota_objects=0))
    assert [line for line in lines if "quota" in line] == [
        'ceph_pool_quota_bytes{pool_id="1"} 100',
        'ceph_pool_quota_objects{pool_id="1"} 0',
        'ceph_pool_quota_bytes_used_ratio{pool_id="1"} 0.25',
    ]


def test_quotas_of_old_releases() -> None:
    """Up to 9 `df` has no quotas: they come from the OSD map."""
    dump = OsdDump((), pools=(Pool(1, "p", "unknown", quota_max_bytes=0, quota_max_objects=6),))
    lines = shown(df(stored=25, objects=3), dump)
    assert [line for line in lines if "quota" in line] == [
        'ceph_pool_quota_bytes{pool_id="1"} 0',
        'ceph_pool_quota_objects{pool_id="1"} 6',
        'ceph_pool_quota_objects_used_ratio{pool_id="1"} 0.5',
    ]


def test_an_impossible_quota() -> None:
    """A quota beyond what Ceph can hold does not cost the other families."""
    dump = OsdDump((), pools=(Pool(1, "p", "unknown", quota_max_bytes=10**400),))
    assert 'ceph_pool_stored{pool_id="1"} 25' in shown(df(stored=25), dump)


def test_repaired() -> None:
    """Repaired objects are in the sums over PGs only."""
    assert shown(PoolSums({1: PoolSum(repaired=2)})) == [
        'ceph_pool_objects_repaired{pool_id="1"} 2'
    ]


@pytest.mark.parametrize("release", ["0.80.11", "0.94", "10.2.11", "12.2.2", ""])
def test_objects_at_risk_up_to_12_2_2(release: str) -> None:
    """Up to 12.2.2, and while the release is unknown, only the sums over PGs are shown.

    The pool's statistics contain what changed in the last seconds, which may be any number.
    """
    facts = [Version(release)] if release else []
    changed = PoolRates(degraded=40, misplaced=0, unfound=None)
    sums = PoolSums({1: PoolSum(degraded=512, misplaced=30, unfound=0)})
    assert shown(*facts, PoolStats({1: changed})) == []
    assert shown(*facts, PoolStats({1: changed}), sums) == [
        'ceph_pool_num_objects_degraded{pool_id="1"} 512',
        'ceph_pool_num_objects_misplaced{pool_id="1"} 30',
        'ceph_pool_num_objects_unfound{pool_id="1"} 0',
    ]


def test_objects_in_trouble() -> None:
    """The pool's statistics of later releases are used where the sums over PGs lack a figure."""
    sums = PoolSums({1: PoolSum(misplaced=6, unfound=7), 2: PoolSum(unfound=8)})
    assert shown(Version("14.2.0"), PoolStats({1: PoolRates(degraded=0, unfound=1)}), sums) == [
        'ceph_pool_num_objects_degraded{pool_id="1"} 0',
        'ceph_pool_num_objects_misplaced{pool_id="1"} 6',
        'ceph_pool_num_objects_unfound{pool_id="1"} 7',
        'ceph_pool_num_objects_unfound{pool_id="2"} 8',
    ]


def test_counters() -> None:
    """What grows is a counter, under the module's names without `_total`."""
    counters = {
        metric.name for metric in vars(pools).values() if getattr(metric, "type", "") == "counter"
    }
    assert counters == {
        "ceph_pool_rd",
        "ceph_pool_rd_bytes",
        "ceph_pool_wr",
        "ceph_pool_wr_bytes",
        "ceph_pool_objects_repaired",
    }


def test_without_documents() -> None:
    """Without documents there are no samples."""
    assert shown() == []
