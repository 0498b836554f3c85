"""The document `progress json`: operations in the background, with their start (Ceph 14 and later).

Sources: progress/module.py of Ceph 14 to 20 (`progress json`); the dashboard's `/api/task`
(controllers/task.py, services/progress.py), which has the same events, but not those that are over.
`status` contains the events as well, without their start, so this document is requested only while
there are any.
"""

import re

import msgspec

from ceph_exporter.facts.dates import unix_time
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.progress_events import (
    Event,
    Events,
    RawEvent,
    from_rows,
    identify,
    joined,
    subject_of,
)
from ceph_exporter.facts.status import Status

_OF_MODULE = "progress/"
# The dashboard renames the tasks of rbd_support. It has tasks of its own with the same names.
_RBD = {
    "rbd/delete": "rbd_remove",
    "rbd/flatten": "rbd_flatten",
    "rbd/trash/remove": "rbd_trash_remove",
    "rbd/migrate execute": "rbd_migrate_execute",
    "rbd/migrate commit": "rbd_migrate_commit",
    "rbd/migrate abort": "rbd_migrate_abort",
}
_OFFSET = re.compile(r"[+-]\d\d:\d\d$")


class Progress(Fact, frozen=True):
    """The operations that are in progress."""

    document = "progress json"

    events: Events

    @classmethod
    def redundant(cls, available: Facts) -> bool:
        """Return whether `status` reports that there are no events, or is unavailable."""
        status = available.get(Status)
        return status is None or (status.events is not None and status.events.number == 0)

    def without_mgr(self) -> None:
        """Return None: only the mgr knows the events."""


class RawProgress(msgspec.Struct, frozen=True):
    """The answer to `progress json`."""

    events: tuple[RawEvent | None, ...]


class RawTask(msgspec.Struct, frozen=True):
    """One task of the dashboard. progress: in percent; null for most of the dashboard's own."""

    name: str | None = None
    metadata: dict[str, object] | None = None
    begin_time: str | None = None
    progress: float | None = None


class RawTasks(msgspec.Struct, frozen=True):
    """The dashboard's `/api/task`."""

    executing_tasks: tuple[RawTask | None, ...]


_decode = Decoder(RawProgress)
_decode_tasks = Decoder(RawTasks)


@decodes("progress json")
def decode_progress(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `progress json`."""
    return (Progress(from_rows(_decode(body).events)),)


@decodes("dashboard/task")
def decode_tasks(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's tasks."""
    tasks = _decode_tasks(body).executing_tasks
    rows = [task for task in tasks if task is not None and task.name is not None]
    events = [event for event in map(_event, rows) if event is not None]
    return (Progress(joined(len(events) if len(rows) == len(tasks) else None, events)),)


def _event(task: RawTask) -> Event | None:
    """Return the event, None if the task is none, such as the creation of a user."""
    name = task.name or ""
    if name.startswith(_OF_MODULE):
        kind, subject = identify(name.removeprefix(_OF_MODULE))
    elif name in _RBD:
        metadata = task.metadata or {}
        spec = metadata.get("image_spec") or metadata.get("image_id_spec")
        kind = _RBD[name]
        subject = subject_of(kind, spec if isinstance(spec, str) else "")
    else:
        return None
    ratio = None if task.progress is None else task.progress / 100
    return Event(kind, subject, ratio, start=_start(task.begin_time))


def _start(date: str | None) -> float | None:
    """Return the unix time of a date with an offset, None for any other date.

    Up to Ceph 18, and for RBD's tasks in every release, the dashboard prints the local time of the
    mgr with a "Z", as if it were UTC.
    """
    return unix_time(date) if date is not None and _OFFSET.search(date) else None
