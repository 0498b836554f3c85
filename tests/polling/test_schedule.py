"""When a document may be requested again, as a function of time and results alone."""

import pytest

from ceph_exporter.polling import schedule
from ceph_exporter.polling.schedule import Schedule

NOW = 1000.0


def wait(planned: Schedule) -> float:
    """Return the seconds from NOW until a document with this schedule is due."""
    return max(0.0, planned.next, planned.cooldown_until, planned.unsupported_until) - NOW


@pytest.mark.parametrize(
    ("cooldown", "slow", "expected"),
    [(0.0, False, 0), (30.0, False, 30), (0.0, True, 300), (400.0, True, 400)],
)
def test_after_a_success_the_budget_decides(cooldown: float, slow: bool, expected: float) -> None:
    """A document waits as long as the budget says, a slow one at least 300 s."""
    planned = schedule.received(Schedule(), NOW, cooldown, slow=slow)
    assert wait(planned) == expected
    assert planned.due(NOW + expected)
    assert expected == 0 or not planned.due(NOW + expected - 0.5)
    assert schedule.grace(cooldown, slow=slow) == expected


def test_a_sign_of_a_change_ends_the_cooldown() -> None:
    """A document that has probably changed is due at once, unless it is unsupported."""
    planned = schedule.received(Schedule(), NOW, 60.0, slow=False)
    assert schedule.hurried(planned).due(NOW)
    assert not schedule.hurried(schedule.unsupported(planned, NOW)).due(NOW)


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, 0), (2.0, 20), (9.0, 60)])
def test_after_a_failure_the_wait_is_bounded(seconds: float, expected: float) -> None:
    """A failure waits ten times what it took, a minute at most, as Ceph may recover sooner."""
    assert wait(schedule.failed(Schedule(), NOW, seconds)) == expected


def test_a_new_source_ends_every_wait_but_the_cooldown() -> None:
    """Another API may offer what the last one did not; what costs Ceph much still waits."""
    planned = schedule.received(Schedule(), NOW, 40.0, slow=True)
    planned = schedule.unsupported(planned, NOW)
    assert wait(planned) == schedule.UNSUPPORTED_INTERVAL
    assert wait(schedule.reconnected(planned)) == 40


def test_a_discarded_document_is_needed_at_once() -> None:
    """A slow document that was discarded is not left out for five minutes."""
    planned = schedule.received(Schedule(), NOW, 0.0, slow=True)
    assert schedule.forgotten(planned).due(NOW)
