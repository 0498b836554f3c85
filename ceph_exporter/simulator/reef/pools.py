"""`df`, `osd pool stats` and the parts of `pg dump` of Reef (PGMap.cc)."""

from collections.abc import Iterable

from ceph_exporter.simulator.model import Osd, Pool, State
from ceph_exporter.simulator.pg_dump import pg_rows, stat_sum
from ceph_exporter.simulator.summary import pool_stats

_REPAIRED = 3  # objects of each pool that were repaired before the cluster's start


def df(state: State) -> dict[str, object]:
    """Return `df` or `df detail`, which do not differ in the fields that the exporter uses."""
    classes = state.moment.layout.rings
    of_class = {
        name: [osd for osd in state.osds if osd.place.device_class == name] for name in classes
    }
    taken = {
        name: sum(pool.bytes_used for pool in state.pools if pool.plan.device_class == name)
        for name in classes
    }
    return {
        "stats": {
            **_space(state.osds, sum(taken.values())),
            "num_osds": len(state.osds),
            "num_per_pool_osds": len(state.osds),
            "num_per_pool_omap_osds": len(state.osds),
        },
        "stats_by_class": {name: _space(osds, taken[name]) for name, osds in of_class.items()},
        "pools": [
            {"name": pool.plan.name, "id": pool.plan.id, "stats": _usage(pool)}
            for pool in state.pools
        ],
    }


def osd_pool_stats(state: State) -> list[dict[str, object]]:
    """Return `osd pool stats`."""
    return pool_stats(state.pools)


def pgs_brief(state: State) -> dict[str, object]:
    """Return `pg dump pgs_brief`, one row per PG."""
    return {"pg_ready": True, "pg_map": {"pg_stats": list(pg_rows(state))}}


def pool_sums(state: State) -> dict[str, object]:
    """Return `pg dump pools`."""
    rows = [
        {
            "poolid": pool.plan.id,
            "num_pg": pool.plan.pg_num,
            "stat_sum": stat_sum(pool) | {"num_objects_repaired": _REPAIRED},
        }
        for pool in state.pools
    ]
    return {"pg_ready": True, "pg_map": {"pool_stats": rows}}


def _space(osds: Iterable[Osd], taken: int) -> dict[str, int | float]:
    """Return the space of OSDs. taken: bytes that pools store on these OSDs, including copies."""
    kb = kb_used = 0
    for osd in osds:
        kb += osd.kb
        kb_used += osd.kb_used
    return {
        "total_bytes": kb * 1024,
        "total_avail_bytes": (kb - kb_used) * 1024,
        "total_used_bytes": taken,
        "total_used_raw_bytes": kb_used * 1024,
        "total_used_raw_ratio": kb_used / kb,
    }


def _usage(pool: Pool) -> dict[str, int | float]:
    plan, used = pool.plan, pool.bytes_used
    avail_raw = int(pool.max_avail * plan.factor)
    return {
        "stored": pool.stored,
        "stored_data": pool.stored,
        "stored_omap": 0,
        "objects": pool.objects,
        "kb_used": -(-used // 1024),
        "bytes_used": used,
        "data_bytes_used": used,
        "omap_bytes_used": 0,
        "percent_used": used / (used + avail_raw) if used + avail_raw else 0.0,
        "max_avail": pool.max_avail,
        "quota_objects": plan.quota_objects,
        "quota_bytes": plan.quota_bytes,
        "dirty": 0,
        "rd": pool.read_ops,
        "rd_bytes": pool.read_bytes,
        "wr": pool.write_ops,
        "wr_bytes": pool.write_bytes,
        "compress_bytes_used": 0,
        "compress_under_bytes": 0,
        "stored_raw": used,
        "avail_raw": avail_raw,
    }
