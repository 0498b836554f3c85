"""Operations in progress: what identifies them, and where their progress and start come from."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Fact, Facts, Status
from ceph_exporter.facts.progress import Progress
from ceph_exporter.facts.progress_events import LIMIT, Event, Events, identify

OUT = "Rebalancing after osd.2 marked out"
BAR = "      [=======.....................] (remaining: 18s)"


def of_status(rows: Any) -> Events | None:  # noqa: ANN401 - any JSON
    """Return the events of `status` with these progress events."""
    fact, *_ = facts.decode("status", json.dumps({"fsid": "x", "progress_events": rows}).encode())
    assert isinstance(fact, Status)
    return fact.events


def of_json(*rows: object, **fields: object) -> Events:
    """Return the events of `progress json`."""
    document = {"events": rows, "completed": [], **fields}
    (fact,) = facts.decode("progress json", json.dumps(document).encode())
    assert isinstance(fact, Progress)
    return fact.events


def of_tasks(*rows: object) -> Events:
    """Return the events of the dashboard's tasks."""
    document = {"executing_tasks": rows, "finished_tasks": [{"name": f"progress/{OUT}"}]}
    (fact,) = facts.decode("dashboard/task", json.dumps(document).encode())
    assert isinstance(fact, Progress)
    return fact.events


@pytest.mark.parametrize(
    ("message", "kind", "subject"),
    [
        (OUT, "osd_out", "osd.2"),
        ("Rebalancing after osd.13 marked in", "osd_in", "osd.13"),
        ("Global Recovery Event", "recovery", ""),
        ("Upgrade to 18.2.7", "upgrade", "18.2.7"),
        ("Upgrade to quay.io/ceph/ceph@sha256:0123abcd", "upgrade", "quay.io/ceph/ceph"),
        ("PG autoscaler decreasing pool 3 PGs from 32 to 8", "pg_num", "pool 3"),
        ("PG autoscaler increasing pool 12 PGs from 1 to 32", "pg_num", "pool 12"),
        ("Flattening image vms/team/vm3", "rbd_flatten", "vms/team"),
        ("Removing image vms/vm1", "rbd_remove", "vms"),
        ("Removing image vms/1071d1f1 from trash", "rbd_trash_remove", "vms"),
        ("Migrating image old/vm1 to new/vm1", "rbd_migrate_execute", "new"),
        ("Committing image migration for new/vm1", "rbd_migrate_commit", "new"),
        ("Aborting image migration for new/vm1", "rbd_migrate_abort", "new"),
        ("Updating node-exporter deployment (+1 -1 -> 3)", "deployment", "node-exporter"),
        ("2 ongoing clones - average progress is 12.5%", "clone", "ongoing"),
        ("Total 9 clones - average progress is 3.25%", "clone", "Total"),
        ('Subvolume "a" has been 12.5% cloned', "other", 'Subvolume "a" has been % cloned'),
        ("Purging 5 trash entries", "other", "Purging 5 trash entries"),
        ("", "other", ""),
    ],
)
def test_kind_and_subject(message: str, kind: str, subject: str) -> None:
    """The text of an event names its kind and its subject, with or without a bar."""
    assert identify(message) == (kind, subject)
    assert identify(f"{message} (6s)\n{BAR}") == (kind, subject)
    assert identify(f"{message} (since 00h 00m 06s)\n{BAR}") == (kind, subject)


def test_a_long_or_odd_text_is_shortened_to_one_line() -> None:
    """An unknown text becomes a label of limited length, without the bar."""
    kind, subject = identify("a\t b" * 500 + f"\n{BAR}")
    assert (kind, len(subject)) == ("other", 120)
    assert subject.startswith("a ba b")
    assert subject.endswith("...")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (None, None),
        ({}, Events()),
        ({"1": {"message": OUT, "progress": 0.25}}, Events(1, (Event("osd_out", "osd.2", 0.25),))),
        ({"1": {"message": OUT}}, Events(1, (Event("osd_out", "osd.2", None),))),
        ({"1": {"message": OUT, "progress": 1.5}}, Events(1, (Event("osd_out", "osd.2", None),))),
        ({"1": {"message": OUT, "progress": -1}}, Events(1, (Event("osd_out", "osd.2", None),))),
        ({"1": {"progress": 0.5}, "2": []}, Events(2)),
        ("none", None),
    ],
)
def test_events_of_status(rows: object, expected: Events | None) -> None:
    """`status` has the progress of each event; what is odd is unknown, but still counts."""
    assert of_status(rows) == expected


def test_status_before_14_has_no_events() -> None:
    """Without the field, it is unknown whether anything is in progress."""
    (fact,) = facts.decode("status", b'{"fsid": "x"}')
    assert isinstance(fact, Status)
    assert fact.events is None


def test_events_with_a_start() -> None:
    """`progress json` also has the start, and nothing that is over."""
    row = {"id": "1", "message": OUT, "progress": 0.5, "started_at": 1795889894.5, "refs": ["x"]}
    assert of_json(row) == Events(1, (Event("osd_out", "osd.2", 0.5, 1795889894.5),))
    assert of_json(row | {"started_at": -1}, completed=[row]).listed[0].start is None
    assert of_json(row | {"started_at": 1e300}).listed[0].start is None


def test_equal_events_are_one() -> None:
    """Of events with the same kind and subject, the slowest and the oldest count."""
    rows = [
        {"message": OUT, "progress": ratio, "started_at": start}
        for ratio, start in ((0.5, None), (0.25, 200), (None, 100))
    ]
    assert of_json(*rows) == Events(3, (Event("osd_out", "osd.2", 0.25, 100),))


def test_the_most_important_events_are_kept() -> None:
    """There are at most LIMIT, in a fixed order; all of them are counted."""
    images = [
        {"message": f"Removing image vms/{at:03}/vm", "progress": 0} for at in range(99, -1, -1)
    ]
    events = of_json(*images, {"message": "Upgrade to 20.2.4", "progress": 0.5})
    assert events.number == 101
    assert len(events.listed) == LIMIT
    assert [event.subject for event in events.listed[:3]] == ["20.2.4", "vms/000", "vms/001"]


def test_tasks_of_the_dashboard() -> None:
    """The dashboard has percentages, renames the tasks of RBD, and has tasks of its own."""
    assert of_tasks(
        {"name": f"progress/{OUT}", "metadata": {"osd": 2}, "progress": 25},
        {"name": "rbd/delete", "metadata": {"image_spec": "vms/vm1"}, "progress": 50},
        {"name": "rbd/trash/remove", "metadata": {"image_id_spec": "vms/10"}, "progress": 75},
        {"name": "rbd/flatten", "metadata": {"image_spec": 7}, "progress": None},
        {"name": "rbd/create", "metadata": {}, "progress": 0},
    ) == Events(
        4,
        (
            Event("osd_out", "osd.2", 0.25),
            Event("rbd_flatten", "", None),
            Event("rbd_trash_remove", "vms", 0.75),
            Event("rbd_remove", "vms", 0.5),
        ),
    )


def test_a_task_that_is_not_readable_makes_the_number_unknown() -> None:
    """It may be one of the dashboard's own tasks."""
    task = {"name": "progress/Upgrade to 20.2.4", "progress": 40}
    for other in ({"name": 7}, {}, 7):
        assert of_tasks(task, other) == Events(None, (Event("upgrade", "20.2.4", 0.4),))


@pytest.mark.parametrize(
    ("date", "start"),
    [
        ("2026-11-28T18:09:35.500000+00:00", 1795889375.5),
        ("2026-11-28T20:09:35.500000+02:00", 1795889375.5),
        ("2026-11-28T18:09:35.500000Z", None),  # the local time of the mgr, up to 18
        ("2026-11-28T18:09:35.500000", None),
        ("soon+00:00", None),
        (None, None),
        (7, None),
    ],
)
def test_start_of_a_task(date: object, start: float | None) -> None:
    """The start is known only if the date has an offset."""
    task = {"name": f"progress/{OUT}", "begin_time": date, "progress": 40}
    assert of_tasks(task).listed[0].start == start


@pytest.mark.parametrize(
    ("wire_format", "field"), [("progress json", "events"), ("dashboard/task", "executing_tasks")]
)
def test_another_answer_is_refused(wire_format: str, field: str) -> None:
    """An answer without the list is not one of these."""
    with pytest.raises(DecodeError, match=field):
        facts.decode(wire_format, b'{"fsid": "x"}')


def test_it_is_requested_only_while_something_is_in_progress() -> None:
    """`status` says whether there is anything; the dashboard's health does not."""
    nothing, something = Status(None, events=Events()), Status(None, events=Events(1))
    assert Progress.redundant(Facts())
    assert Progress.redundant(Facts.of(nothing))
    assert not Progress.redundant(Facts.of(something))
    assert not Progress.redundant(Facts.of(Status(None)))


def test_a_dead_mgr_reports_nothing() -> None:
    """Without a mgr, the monitors repeat old events."""
    assert Status("HEALTH_OK", events=Events(1)).without_mgr() == Status("HEALTH_OK")
    fact: Fact = Progress(Events(1))
    assert fact.without_mgr() is None
