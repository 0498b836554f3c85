"""The collector of operations in progress."""

from ceph_exporter.collectors.progress import collect
from ceph_exporter.facts import Fact, Facts, Status
from ceph_exporter.facts.progress import Progress
from ceph_exporter.facts.progress_events import Event, Events
from tests.collectors.pages import by_family

RATIO, START = "ceph_progress_ratio", "ceph_progress_start_timestamp_seconds"
RECOVERY = Event("recovery", "", 0.5)
REMOVAL = Event("rbd_remove", 'vms/"v\n1"', 0.25)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)))


def test_unknown() -> None:
    """Without the events, nothing is exported, not even 0."""
    assert page() == page(Status("HEALTH_OK")) == {}


def test_nothing_in_progress() -> None:
    """If Ceph reports that there is nothing, the number is 0, whatever was reported before."""
    before = Progress(Events(1, (RECOVERY,)))
    nothing = {"ceph_progress_events": [" 0"]}
    assert page(Status(None, events=Events()), before) == page(Progress(Events())) == nothing


def test_progress_is_that_of_status() -> None:
    """`status` is requested in each poll; the start is added from `progress json` if known."""
    status = Status(None, events=Events(3, (RECOVERY, REMOVAL)))
    older = Progress(Events(2, (Event("recovery", "", 0.125, 100.5), Event("upgrade", "20", 0.1))))
    assert page(status, older) == {
        "ceph_progress_events": [" 3"],
        RATIO: [
            '{kind="recovery",subject=""} 0.5',
            r'{kind="rbd_remove",subject="vms/\"v\n1\""} 0.25',
        ],
        START: ['{kind="recovery",subject=""} 100.5'],
    }
    assert START not in page(status)


def test_over_the_dashboard() -> None:
    """The dashboard's health has no events, so those of its tasks are shown."""
    events = Events(None, (Event("osd_out", "osd.2", None, 7.5),))
    assert page(Status("HEALTH_OK"), Progress(events)) == {
        START: ['{kind="osd_out",subject="osd.2"} 7.5'],
    }
