"""Operations in the background: recovery, rebalancing, upgrades, PG merges and RBD tasks."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Status
from ceph_exporter.facts.progress import Progress
from ceph_exporter.facts.progress_events import LIMIT
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Progress.document
_EVENT = Labels("kind", "subject")

EVENTS = Metric(
    "ceph_progress_events",
    "gauge",
    "Number of operations that Ceph's mgr module progress reports to be in progress",
    _DOCUMENT,
    detail="The value is 0 if nothing is in progress, and if the module is switched off (`ceph "
    "progress off`). Ceph 18 and later report recovery and rebalancing only with `ceph config "
    "set mgr mgr/progress/allow_pg_recovery_event true`.",
)
RATIO = Metric(
    "ceph_progress_ratio",
    "gauge",
    "Progress of the operation, 0 to 1",
    _DOCUMENT,
    _EVENT,
    detail="The label kind is upgrade, recovery, osd_out or osd_in (the rebalancing after an OSD "
    "was marked out or in), pg_num (PGs are split or merged), rbd_flatten, rbd_remove, "
    "rbd_trash_remove, rbd_migrate_execute, rbd_migrate_commit, rbd_migrate_abort, deployment "
    "(cephadm deploys or removes daemons), clone (subvolumes are cloned) or other. The label "
    "subject is the target of the upgrade, the OSD, the service, or the pool, also of RBD images; "
    "if kind is other, it is Ceph's text without percentages. Operations with the same labels are "
    f"one series, which has the progress of the slowest. At most {LIMIT} operations are exported.",
)
START = Metric(
    "ceph_progress_start_timestamp_seconds",
    "gauge",
    "Time at which the operation started",
    _DOCUMENT,
    _EVENT,
    since="15",
    detail="Absent with the dashboard API up to Ceph 18, and for RBD in every release, because the "
    "dashboard prints the local time of the mgr as if it were UTC.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the events of `status`, with their start; without `status`, those of `progress json`.

    `status` of the dashboard does not contain the events.
    """
    status, progress = facts.get(Status), facts.get(Progress)
    detailed = progress.events if progress else None
    events = status.events if status and status.events else detailed
    if events is None:
        return
    rows = [(_EVENT(event.kind, event.subject), event) for event in events.listed]
    listed = detailed.listed if detailed else ()
    starts = {_EVENT(event.kind, event.subject): event.start for event in listed}
    yield EVENTS, one(events.number)
    yield RATIO, [(block, event.ratio) for block, event in rows]
    yield START, [(block, starts.get(block)) for block, event in rows]
