"""`df`, `osd pool stats` and the parts of `pg dump` of Jewel (PGMonitor.cc)."""

from ceph_exporter.simulator.model import Pool, State
from ceph_exporter.simulator.pg_dump import pg_rows, stat_sum
from ceph_exporter.simulator.summary import pool_stats


def df(state: State) -> dict[str, object]:
    """Return `df`."""
    pools = [(pool, _usage(pool)) for pool in state.pools]
    return _df(state, pools, {})


def df_detail(state: State) -> dict[str, object]:
    """Return `df detail`."""
    pools = [(pool, _usage(pool) | _detail(pool)) for pool in state.pools]
    return _df(state, pools, {"total_objects": sum(pool.objects for pool in state.pools)})


def osd_pool_stats(state: State) -> list[dict[str, object]]:
    """Return `osd pool stats`."""
    return pool_stats(state.pools)


def pgs_brief(state: State) -> list[dict[str, object]]:
    """Return `pg dump pgs_brief`, one row per PG."""
    return list(pg_rows(state))


def pool_sums(state: State) -> list[dict[str, object]]:
    """Return `pg dump pools`."""
    return [{"poolid": pool.plan.id, "stat_sum": stat_sum(pool)} for pool in state.pools]


def _df(
    state: State, pools: list[tuple[Pool, dict[str, int]]], more: dict[str, int]
) -> dict[str, object]:
    return {
        "stats": {
            "total_bytes": state.kb * 1024,
            "total_used_bytes": state.kb_used * 1024,
            "total_avail_bytes": (state.kb - state.kb_used) * 1024,
            **more,
        },
        "pools": [
            {"name": pool.plan.name, "id": pool.plan.id, "stats": stats} for pool, stats in pools
        ],
    }


def _usage(pool: Pool) -> dict[str, int]:
    """Return the usage. Only `max_avail` includes replicas, as in all releases before Ceph 12."""
    return {
        "kb_used": -(-pool.stored // 1024),
        "bytes_used": pool.stored,
        "max_avail": int(pool.max_avail * pool.plan.factor),
        "objects": pool.objects,
    }


def _detail(pool: Pool) -> dict[str, int]:
    return {
        "quota_objects": pool.plan.quota_objects,
        "quota_bytes": pool.plan.quota_bytes,
        "dirty": pool.objects,
        "rd": pool.read_ops,
        "rd_bytes": pool.read_bytes,
        "wr": pool.write_ops,
        "wr_bytes": pool.write_bytes,
        "raw_bytes_used": pool.bytes_used,
    }
