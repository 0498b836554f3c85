"""`/api/task` of the dashboard, with the events of the module progress (services/progress.py)."""

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef.common import iso
from ceph_exporter.simulator.reef.progress import progressing

Row = dict[str, object]


def tasks(state: State) -> Row:
    """Return `/api/task`, which `/api/summary` contains as well."""
    executing: list[Row] = [
        {
            "name": f"progress/{event.message}",
            "metadata": {str(kind): name for kind, name in event.refs},
            "begin_time": iso(event.start),
            "progress": int(100 * event.progress),
        }
        for event in progressing(state)
    ]
    return {"executing_tasks": executing, "finished_tasks": []}
