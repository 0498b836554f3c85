"""`/api/pool?stats=true` of the dashboard (controllers/pool.py and services/ceph_service.py)."""

from ceph_exporter.simulator.model import Pool, State
from ceph_exporter.simulator.reef.common import unix

Row = dict[str, object]

_SAMPLES, _APART = 10, 5  # the mgr keeps ten samples of each figure, five seconds apart


def pools(state: State) -> list[Row]:
    """Return `/api/pool?stats=true`."""
    return [_pool(state, pool) for pool in state.pools]


def _pool(state: State, pool: Pool) -> Row:
    plan = pool.plan
    rates = {
        "rd": pool.read_ops_sec,
        "wr": pool.write_ops_sec,
        "rd_bytes": pool.read_bytes_sec,
        "wr_bytes": pool.write_bytes_sec,
    }
    return {
        "pool": plan.id,
        "pool_name": plan.name,
        "type": "erasure" if plan.k > 1 else "replicated",
        "size": plan.size,
        "min_size": plan.min_size,
        "pg_num": plan.pg_num,
        "application_metadata": [plan.application],
        "pg_status": pool.pg_states,
        "stats": {name: _series(state, rate) for name, rate in rates.items()},
    }


def _series(state: State, rate: int) -> Row:
    """Return a figure's last samples; the rate is that of this moment in all of them."""
    newest = unix(state.moment.seconds)
    times = [newest - _APART * back for back in reversed(range(_SAMPLES))]
    return {"latest": rate, "rate": rate, "rates": [[time, rate] for time in times]}
