"""The rows of `pg dump` that the exporter requests (PGMap.cc)."""

from collections.abc import Iterator

from ceph_exporter.simulator.model import CLEAN, Pool, State


def pg_rows(state: State) -> Iterator[dict[str, object]]:
    """Yield the row of each PG in `pgs_brief`."""
    layout = state.moment.layout
    down = {osd.place.id for osd in state.down}
    for plan in layout.pools:
        for pg in range(plan.pg_num):
            osds = layout.acting(plan, pg)
            if down:
                osds = [osd for osd in osds if osd not in down]
            yield {
                "pgid": f"{plan.id}.{pg:x}",
                "state": state.pgs.get((plan.id, pg), CLEAN),
                "up": osds,
                "acting": osds,
                "up_primary": osds[0],
                "acting_primary": osds[0],
            }


def stat_sum(pool: Pool) -> dict[str, int]:
    """Return the sums over the PGs of a pool."""
    return {
        "num_bytes": pool.stored,
        "num_objects": pool.objects,
        "num_object_copies": pool.copies,
        "num_objects_degraded": pool.degraded,
        "num_objects_misplaced": 0,
        "num_objects_unfound": 0,
        "num_read": pool.read_ops,
        "num_read_kb": pool.read_bytes // 1024,
        "num_write": pool.write_ops,
        "num_write_kb": pool.write_bytes // 1024,
    }
