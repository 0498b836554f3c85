"""How much of Ceph's time requests may take, and how often each request is therefore made.

All requests to a cluster together may take a share of Ceph's time, by default 3 %. Each request
gets the interval that makes the data as fresh as possible within that share: a request that costs
four times as much is made half as often. (For intervals T, costs c and weights w, the sum of w * T
is smallest, with the sum of c / T fixed, if T is proportional to the square root of c / w.) Except
for slow documents, no data is more than two minutes old, unless that would cost more than twice the
share.

All times are in seconds, by `time.monotonic()`. The cost of a request is the time that Ceph took to
answer beyond `LATENCY`. Up to 1,000 OSDs or so, no answer takes longer than that.
"""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple

from ceph_exporter.facts import DOCUMENTS, Fact, MonStore
from ceph_exporter.polling.schedule import SLOW_INTERVAL, VITAL
from ceph_exporter.sources import Answer

LATENCY = 0.1
"""Seconds of an answer that do not count, because they may be spent on the network and on waiting,
which costs Ceph nothing."""
VITAL_WEIGHT = 4.0
"""The weight of requests for health, status and quorum without signs of changes, with which they
are made twice as often; that of all others is 1."""
REGULAR = 0.9
"""The part of the share for regular requests. The rest is for requests after a sign of a change."""
RESERVE = 600.0
"""The share is saved for at most this time, to be spent on requests after signs of changes."""
MAX = 120.0
"""Longest interval, unless it would cost more than `EXCESS` times the share."""
VITAL_MAX = 60.0
"""The same for health, status and quorum, without signs of changes, whatever it costs."""
EXCESS = 2.0
_FORGET = 3.0
"""Number of intervals after which a request counts as no longer made."""
FREE = frozenset(name for name, fact in DOCUMENTS.items() if fact.aside or fact is MonStore)
"""The documents that cost nothing of the budget: those that are requested beside the polls, of RGW
for example, and the one that is read from this host."""


class Cost(NamedTuple):
    """What is known about a request.

    seconds: how long Ceph takes to answer; weight: how important fresh data is; floor: the shortest
    interval that is of use.
    """

    seconds: float
    weight: float
    floor: float


def intervals(costs: Mapping[str, Cost], share: float) -> dict[str, float]:
    """Return the interval of each request, so that all together take `share` of the time.

    A request that needs less than its part leaves the rest to the others.
    """
    result: dict[str, float] = {}
    remaining = dict(costs)
    while remaining:
        total = sum(sqrt(cost.seconds * cost.weight) for cost in remaining.values())
        wanted = {
            name: sqrt(cost.seconds / cost.weight) * total / share
            for name, cost in remaining.items()
        }
        cheap = [name for name, cost in remaining.items() if wanted[name] <= cost.floor]
        if not cheap:
            return result | wanted
        for name in cheap:
            cost = remaining.pop(name)
            result[name] = cost.floor
            share -= cost.seconds / cost.floor
    return result


class Budget:
    """The time that Ceph spends on one cluster's requests.

    share: the part of the time that it may spend; interval: of the polls, because no request is
    made more often.
    """

    def __init__(self, share: float, interval: float) -> None:
        self._share, self._interval = share, interval
        self._requests: dict[str, _Request] = {}
        self._intervals: dict[str, float] = {}
        self._has_signs = False
        self._is_new = False  # the connection; nothing has been received over it
        self._left = RESERVE * share
        self._counted: float | None = None  # until when `_left` has grown

    def spend(self, seconds: float, now: float) -> None:
        """Subtract the cost of a request that took so long, whether it succeeded or failed."""
        earned = 0.0 if self._counted is None else (now - self._counted) * self._share
        most = RESERVE * self._share
        self._left = max(-most, min(most, self._left + earned) - max(0.0, seconds - LATENCY))
        self._counted = now

    def answered(self, answer: Answer, facts: Iterable[Fact], now: float) -> None:
        """Note what an answer cost; the facts of documents that were not requested do not count.

        A single answer that is unusually slow or fast counts half. Documents in `FREE` do not
        count.
        """
        requested = [fact for fact in facts if fact.document in answer.documents]
        if not requested or not FREE.isdisjoint(answer.documents):
            return
        self.spend(answer.cost, now)
        is_first, self._is_new = self._is_new, False
        if is_first:
            return  # it took longer, because it includes connecting and logging in
        cost = max(0.0, answer.cost - LATENCY)
        previous = self._requests.get(answer.wire_format)
        learned = _Request(
            seconds=(previous.seconds + cost) / 2 if previous else cost,
            vital=any(fact.document in VITAL for fact in requested),
            slow=all(fact.slow for fact in requested),
            spared=previous.spared if previous else False,
            when=now,
        )
        self._requests[answer.wire_format] = learned
        # On a small cluster, nothing costs anything or waits, so there is nothing to plan again.
        is_same = previous is not None and learned == previous._replace(when=now)
        if not is_same or any(self._intervals.values()):
            self._plan()

    def spare(self, request: str) -> None:
        """Note that the answer to another request contained what this request is made for."""
        learned = self._requests.get(request)
        if learned and not learned.spared:
            self._requests[request] = learned._replace(spared=True)
            self._plan()

    def trust_signs(self, *, trusted: bool) -> None:
        """Note whether signs show when health, status and quorum are worth a request."""
        if trusted != self._has_signs:
            self._has_signs = trusted
            self._plan()

    def planned(self, request: str) -> float:
        """Return the seconds between regular requests, 0 if the cost makes no difference."""
        return self._intervals.get(request, 0.0)

    def skipping(self, wait: float) -> float:
        """Return a time between two requests, 0 if it is so short that each poll may request."""
        return wait if wait > self._interval else 0.0

    def wait(self, request: str) -> float:
        """Return the seconds for which the request is not made again, 0 if it is cheap enough.

        Requests are made in polls, so this is shorter than the planned interval by half of the
        polls' interval: the request is made in the poll that is nearest to the planned time.
        """
        return max(0.0, self.planned(request) - self._interval / 2)

    @property
    def is_tight(self) -> bool:
        """Whether health, status or quorum is requested less often than in each poll."""
        return any(self.planned(name) for name, one in self._requests.items() if one.vital)

    @property
    def has_reserve(self) -> bool:
        """Whether a request may be made out of turn, after a sign of a change."""
        return self._left > 0

    def connect(self, *, is_same_api: bool) -> None:
        """Note that requests are now made over a new connection; another API has other costs."""
        self._is_new = True
        if not is_same_api:
            self._requests.clear()
            self._intervals.clear()

    def _plan(self) -> None:
        now = self._counted or 0.0
        # A request that is no longer made does not keep its part of the share.
        self._requests = {
            name: one
            for name, one in self._requests.items()
            if now - one.when <= _FORGET * max(SLOW_INTERVAL, self.planned(name))
        }
        costs = {
            name: Cost(
                one.seconds,
                VITAL_WEIGHT if one.vital and not self._has_signs else 1.0,
                max(self._interval, SLOW_INTERVAL if one.slow else 0.0),
            )
            for name, one in self._requests.items()
            if not (one.spared and self._has_signs)
        }
        planned = intervals(costs, self._share * REGULAR)
        spent = sum(
            cost.seconds / max(cost.floor, min(MAX, planned[name])) for name, cost in costs.items()
        )
        longest = MAX * max(1.0, spent / (self._share * EXCESS))
        self._intervals = {}
        for name, one in self._requests.items():
            urgent = one.vital and not self._has_signs
            wanted = min(planned.get(name, longest), VITAL_MAX if urgent else longest)
            floor = costs[name].floor if name in costs else self._interval
            self._intervals[name] = wanted if wanted > floor else 0.0


class _Request(NamedTuple):
    seconds: float
    vital: bool
    slow: bool
    spared: bool
    when: float
