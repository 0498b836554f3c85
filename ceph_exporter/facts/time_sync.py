"""The document `time-sync-status`: clock skew and latency of each monitor.

Ceph 12.1.1 and later have this command (Monitor.cc). In Ceph 0.67 to 11, `health` contains the same
figures as `timechecks`. In a cluster with one monitor, and just after an election, no monitor is
listed.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Clock(msgspec.Struct, frozen=True):
    """A monitor's clock compared with the leader's.

    skew and latency are in seconds, None if unknown. skew has a sign, except in figures from the
    check MON_CLOCK_SKEW. health: the severity, such as HEALTH_OK.
    """

    skew: float | None = None
    latency: float | None = None
    health: str = ""


class TimeSync(Fact, frozen=True):
    """The latest round of time checks.

    clocks: by monitor. epoch: the election epoch. round: counted from the election. ongoing:
    whether the round is in progress. Whatever the answer does not report is None.
    """

    document = "time-sync-status"

    clocks: Mapping[str, Clock] = {}
    epoch: int | None = None
    round: int | None = None
    ongoing: bool | None = None


class RawClock(msgspec.Struct, frozen=True):
    """One row of `timechecks.mons` (Ceph 11 and earlier)."""

    name: str
    skew: float | None = None
    latency: float | None = None
    health: str = ""


class RawTimechecks(msgspec.Struct, frozen=True):
    """`timechecks`: the round and, in Ceph 11 and earlier, the monitors."""

    epoch: int | None = None
    round: int | None = None
    round_status: str | None = None
    mons: tuple[RawClock, ...] = ()


class RawTimeSync(msgspec.Struct, frozen=True):
    """The answer to `time-sync-status`."""

    timechecks: RawTimechecks
    time_skew_status: dict[str, Clock] = {}


_decode = Decoder(RawTimeSync)


@decodes("time-sync-status")
def decode_time_sync(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `time-sync-status`."""
    answer = _decode(body)
    return (_fact(answer.timechecks, answer.time_skew_status),)


def from_health(answer: RawTimechecks) -> TimeSync:
    """Return the fact for the `timechecks` in a `health` answer of Ceph 0.67 to 11."""
    return _fact(
        answer, {mon.name: Clock(mon.skew, mon.latency, mon.health) for mon in answer.mons}
    )


def _fact(answer: RawTimechecks, clocks: Mapping[str, Clock]) -> TimeSync:
    status = answer.round_status
    ongoing = None if status is None else status == "on-going"
    checked = {
        name: Clock(clock.skew, amount(clock.latency), clock.health)
        for name, clock in clocks.items()
    }
    return TimeSync(checked, amount(answer.epoch), amount(answer.round), ongoing)
