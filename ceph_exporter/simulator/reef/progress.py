"""Progress events of Reef (progress/module.py), with mgr/progress/allow_pg_recovery_event."""

from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef.common import unix

_WIDTH = 28  # of the bar


class Event(NamedTuple):
    """An operation in progress. start: in seconds since the start of the cluster."""

    id: str
    message: str
    refs: list[list[object]]
    progress: float
    seconds: float
    start: float


def progress_events(state: State) -> dict[str, object]:
    """Return `progress_events` of `status`."""
    return {
        event.id: {
            "message": f"{event.message} ({event.seconds:.0f}s)\n      {_bar(event)} "
            f"(remaining: {_remaining(event):.0f}s)",
            "progress": event.progress,
            "add_to_ceph_s": True,
        }
        for event in progressing(state)
    }


def progress_json(state: State) -> dict[str, object]:
    """Return `progress json`."""
    events = [
        {
            "id": event.id,
            "message": event.message,
            "duration": f"({event.seconds:.0f}s)",
            "refs": event.refs,
            "progress": event.progress,
            "started_at": float(unix(event.start)),
            "time_remaining": int(_remaining(event)),
        }
        for event in progressing(state)
    ]
    return {"events": events, "completed": []}


def progressing(state: State) -> Iterator[Event]:
    """Yield the operations in progress."""
    moment = state.moment
    if not moment.is_on("recovery"):
        return
    # Events start with a delay; so early, Ceph does not estimate the remaining time.
    progress, seconds = moment.progress["recovery"], moment.elapsed("recovery")
    if progress:
        id_ = f"{moment.cycle:08x}-0000-4000-8000-000000000000"
        start = moment.seconds - seconds
        yield Event(id_, "Global Recovery Event", [["global", ""]], progress, seconds, start)


def _bar(event: Event) -> str:
    done = int(event.progress * _WIDTH)
    return f"[{'=' * done}{'.' * (_WIDTH - done)}]"


def _remaining(event: Event) -> float:
    return event.seconds * (1 - event.progress) / event.progress
