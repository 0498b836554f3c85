"""Turns: the order in which callers pass, and who has to give up."""

from __future__ import annotations

import threading

import pytest

from ceph_exporter.web.turns import BusyError, Turns
from testbed.waiting import until


class Callers:
    """Threads that wait for a turn while the test holds one; `passed` has them in order."""

    def __init__(self, turns: Turns) -> None:
        self.passed: list[str] = []
        self._turns = turns
        self._threads: list[threading.Thread] = []

    def wait(self, lane: str, name: str) -> None:
        """Start a caller and wait until it is in its lane or was refused."""
        decided = threading.Event()

        def run() -> None:
            try:
                with self._turns.turn(lane, 20):
                    self.passed.append(name)
            except BusyError:
                self.passed.append(f"not {name}")
            decided.set()

        thread = threading.Thread(target=run)
        before = list(self._turns._lanes.get(lane, []))
        thread.start()
        until(lambda: decided.is_set() or self._turns._lanes.get(lane, []) != before, "in its lane")
        self._threads.append(thread)

    def join(self) -> None:
        """Wait until all have passed."""
        for thread in self._threads:
            thread.join(20)


def test_lanes_take_turns() -> None:
    """A lane with many callers does not delay another one; within a lane the newest is first."""
    turns = Turns()
    callers = Callers(turns)
    with turns.turn("x", 1):
        for number in range(4):
            callers.wait("a", f"a{number}")
        callers.wait("b", "b0")
        callers.wait("c", "c0")
    callers.join()
    assert callers.passed == ["a3", "b0", "c0", "a2", "a1", "a0"]


def test_the_longest_lane_makes_room() -> None:
    """The number of callers is limited at the expense of those who make the most of them."""
    turns = Turns(limit=3)
    callers = Callers(turns)
    with turns.turn("x", 1):
        for number in range(3):
            callers.wait("a", f"a{number}")
        callers.wait("b", "b0")
        until(lambda: callers.passed == ["not a0"], "oldest refused")
    callers.join()
    assert callers.passed == ["not a0", "a2", "b0", "a1"]


def test_patience_ends() -> None:
    """A caller that waits too long is refused, and leaves nothing behind."""
    turns = Turns()
    with turns.turn("a", 1), pytest.raises(BusyError), turns.turn("a", 0):
        pass
    assert not turns._lanes
    with turns.turn("a", 0), pytest.raises(BusyError), turns.turn("b", 0.01):
        pass
    with turns.turn("b", 0):
        assert turns._busy


def test_a_failure_ends_a_turn() -> None:
    """A caller that fails does not block the next one."""
    turns = Turns()

    def fail() -> None:
        with turns.turn("a", 0):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with turns.turn("a", 0):
        pass
