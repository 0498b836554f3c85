"""Parts of `status` and `osd pool stats` that are the same in Jewel and Reef (PGMap.cc).

Ceph omits fields that are 0. The functions that take pools return sums over these pools: all pools
for `status`, a single pool for `osd pool stats`.
"""

from collections.abc import Iterable

from ceph_exporter.simulator.model import Pool, State

_REPORT_INTERVAL = 5  # seconds; osd_mon_report_interval, mgr_stats_period


def quorum(state: State) -> dict[str, object]:
    """Return the fields about the quorum that `quorum_status` and `status` share."""
    return {
        "election_epoch": state.election_epoch,
        "quorum": [mon.rank for mon in state.quorum],
        "quorum_names": [mon.name for mon in state.quorum],
    }


def sums(state: State) -> dict[str, object]:
    """Return the counts and sizes of `pgmap`."""
    most_first = sorted(state.pg_states.items(), key=lambda item: item[1], reverse=True)
    return {
        "pgs_by_state": [{"state_name": name, "count": count} for name, count in most_first],
        "num_pgs": sum(state.pg_states.values()),
        "data_bytes": sum(pool.stored for pool in state.pools),
        "bytes_used": state.kb_used * 1024,
        "bytes_avail": (state.kb - state.kb_used) * 1024,
        "bytes_total": state.kb * 1024,
    }


def degraded_objects(pools: Iterable[Pool]) -> dict[str, object]:
    """Return the number and the fraction of degraded objects; no fields if there are none."""
    rows = [(pool.degraded, pool.copies) for pool in pools]
    degraded, copies = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if not degraded:
        return {}
    return {
        "degraded_objects": degraded,
        "degraded_total": copies,
        "degraded_ratio": degraded / copies,
    }


def recovery_rate(pools: Iterable[Pool]) -> dict[str, object]:
    """Return the rates of recovery, and the objects recovered since the last report."""
    rows = [(pool.recovering_objects_sec, pool.recovering_bytes_sec) for pool in pools]
    objects, size = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if not objects:
        return {}
    return {
        "recovering_objects_per_sec": objects,
        "recovering_bytes_per_sec": size,
        "recovering_keys_per_sec": 0,
        "num_objects_recovered": objects * _REPORT_INTERVAL,
        "num_bytes_recovered": size * _REPORT_INTERVAL,
        "num_keys_recovered": 0,
    }


def client_rates(pools: Iterable[Pool]) -> dict[str, object]:
    """Return the rates of clients. As in Ceph, the bytes read or written are omitted if 0."""
    rows = list(pools)
    reads = sum(pool.read_ops_sec for pool in rows)
    writes = sum(pool.write_ops_sec for pool in rows)
    rates: dict[str, object] = {}
    if reads:
        rates["read_bytes_sec"] = sum(pool.read_bytes_sec for pool in rows)
    if writes:
        rates["write_bytes_sec"] = sum(pool.write_bytes_sec for pool in rows)
    if reads or writes:
        rates |= {"read_op_per_sec": reads, "write_op_per_sec": writes}
    return rates


def pool_stats(pools: Iterable[Pool]) -> list[dict[str, object]]:
    """Return `osd pool stats`."""
    return [
        {
            "pool_name": pool.plan.name,
            "pool_id": pool.plan.id,
            "recovery": degraded_objects([pool]),
            "recovery_rate": recovery_rate([pool]),
            "client_io_rate": client_rates([pool]),
        }
        for pool in pools
    ]
