"""How the time that Ceph may spend is divided between the requests."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.facts import Df, MonStore, PgStates, Status, Version
from ceph_exporter.facts.df import Space
from ceph_exporter.polling.budget import (
    LATENCY,
    MAX,
    REGULAR,
    RESERVE,
    VITAL_MAX,
    VITAL_WEIGHT,
    Budget,
    Cost,
    intervals,
)
from ceph_exporter.sources import Answer

POLL = 15.0
SHARE = 0.03
COSTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=1),
    st.builds(Cost, st.floats(0.001, 60), st.sampled_from([1.0, 4.0]), st.floats(1, 300)),
)
STATUS = Status(health="HEALTH_OK")
USAGE = Df(Space(0, 0, 0))


def answer(document: str, seconds: float, together: int = 1) -> Answer:
    """Return an answer that cost so many seconds."""
    return Answer((document,), document, seconds + LATENCY * together, b"", together=together)


@given(COSTS)
def test_all_requests_together_take_their_share(costs: dict[str, Cost]) -> None:
    """They never exceed it, and use it up unless every request is made as often as is useful."""
    result = intervals(costs, SHARE)
    assert result.keys() == costs.keys()
    assert all(result[name] >= cost.floor for name, cost in costs.items())
    used = sum(cost.seconds / result[name] for name, cost in costs.items())
    assert used <= SHARE * 1.000001
    if any(result[name] > cost.floor for name, cost in costs.items()):
        assert isclose(used, SHARE, rel_tol=1e-6)


def test_what_costs_four_times_as_much_is_requested_half_as_often() -> None:
    """What shows whether the cluster is healthy is requested twice as often at the same cost."""
    costs = {"a": Cost(1, 1, 1), "b": Cost(4, 1, 1), "c": Cost(1, VITAL_WEIGHT, 1)}
    result = intervals(costs, SHARE)
    assert isclose(result["b"], 2 * result["a"])
    assert isclose(result["c"], result["a"] / 2)


def test_cheap_requests_are_made_in_each_poll() -> None:
    """A small cluster answers so fast that nothing is ever put off."""
    budget = Budget(SHARE, POLL)
    for fact in (STATUS, Version("16.2.15")):
        budget.answered(answer(fact.document, 0.01), [fact], 0.0)
    assert budget.planned("status") == 0
    assert budget.wait("status") == 0
    assert not budget.is_tight
    assert budget.wait("never requested") == 0


def test_a_costly_request_waits() -> None:
    """It is made in the poll that is nearest to the planned time."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("status", 0.6), [STATUS], 0.0)
    assert isclose(budget.planned("status"), 0.6 / (SHARE * REGULAR))
    assert isclose(budget.wait("status"), budget.planned("status") - POLL / 2)
    assert budget.is_tight


def test_data_is_at_most_two_minutes_old_at_twice_the_share() -> None:
    """Beyond that the budget counts, except for health, which is requested once a minute."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("status", 0.2), [STATUS], 0.0)
    budget.answered(answer("df detail", 3.0), [USAGE], 0.0)
    assert budget.planned("status") < VITAL_MAX
    assert budget.planned("df detail") == MAX
    for _ in range(20):
        budget.answered(answer("status", 100), [STATUS], 0.0)
        budget.answered(answer("df detail", 100), [USAGE], 0.0)
    assert budget.planned("status") == VITAL_MAX
    assert MAX * 10 < budget.planned("df detail") < 100 / (SHARE * REGULAR)


def test_one_unusual_answer_counts_half() -> None:
    """A single slow answer does not put a request off for long."""
    budget = Budget(SHARE, POLL)
    for seconds in (0.6, 1.2, 0.3):
        budget.answered(answer("status", seconds), [STATUS], 0.0)
    assert isclose(budget.planned("status"), 0.6 / (SHARE * REGULAR))


def test_signs_make_regular_requests_for_health_as_rare_as_others() -> None:
    """And even a very costly health may then be older than a minute."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("status", 2.0), [STATUS], 0.0)
    assert budget.planned("status") == VITAL_MAX
    budget.trust_signs(trusted=True)
    assert isclose(budget.planned("status"), 2.0 / (SHARE * REGULAR))
    budget.trust_signs(trusted=False)
    assert budget.planned("status") == VITAL_MAX


def test_a_request_is_spared_if_another_answer_contains_the_same() -> None:
    """With signs, health that comes with the OSD map has no part of its own in the budget."""
    budget = Budget(SHARE, POLL)
    budget.spare("status")
    budget.answered(answer("status", 0.6), [STATUS], 0.0)
    budget.answered(answer("df detail", 0.6), [USAGE], 0.0)
    budget.spare("status")
    budget.answered(answer("status", 0.6), [STATUS], 0.0)
    assert budget.planned("df detail") > 1.0 / (SHARE * REGULAR)
    budget.trust_signs(trusted=True)
    assert isclose(budget.planned("df detail"), 0.6 / (SHARE * REGULAR))
    assert budget.planned("status") == MAX


def test_the_reserve_is_spent_and_grows_again() -> None:
    """After many costly requests nothing is made out of turn, until time has passed."""
    budget = Budget(SHARE, POLL)
    assert budget.has_reserve
    budget.spend(LATENCY + RESERVE * SHARE + 3, 1000.0)
    assert not budget.has_reserve
    budget.spend(0.0, 1000.0 + 3 / SHARE + 1)
    assert budget.has_reserve


def test_another_api_has_other_costs() -> None:
    """What the last API cost says nothing about the next one."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("status", 9.0), [STATUS], 0.0)
    budget.connect(is_same_api=False)
    assert budget.wait("status") == 0


def test_connecting_and_logging_in_are_no_cost_of_a_document() -> None:
    """The first answer over a new connection says nothing about the next ones."""
    budget = Budget(SHARE, POLL)
    budget.connect(is_same_api=True)
    budget.answered(answer("status", 3.0), [STATUS], 0.0)
    assert budget.planned("status") == 0
    budget.answered(answer("status", 0.6), [STATUS], 0.0)
    assert isclose(budget.planned("status"), 0.6 / (SHARE * REGULAR))


@pytest.mark.parametrize("name", ["status", "other"])
def test_only_what_was_requested_counts(name: str) -> None:
    """A fact that another document's answer contains has no cost of its own."""
    budget = Budget(SHARE, POLL)
    budget.answered(Answer((name,), "wire", 9.0), [STATUS], 0.0)
    assert budget.wait("wire") == (VITAL_MAX - POLL / 2 if name == "status" else 0)


def test_a_request_that_is_no_longer_made_keeps_no_part_of_the_share() -> None:
    """PGs are only listed during recovery, for example."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("pg states", 6.0), [PgStates({})], 0.0)
    budget.answered(answer("df detail", 1.0), [USAGE], 1.0)
    before = budget.planned("df detail")
    budget.answered(answer("df detail", 1.0), [USAGE], 2000.0)
    assert isclose(budget.planned("df detail"), 1.0 / (SHARE * REGULAR))
    assert before > budget.planned("df detail")
    assert budget.planned("pg states") == 0


def test_the_reserve_never_falls_below_what_can_be_saved() -> None:
    """After an hour of hanging requests, signs count again within the time of the reserve."""
    budget = Budget(SHARE, POLL)
    for number in range(60):
        budget.spend(7.5, 60.0 * number)
    budget.spend(0.0, 60.0 * 60 + RESERVE + 1)
    assert budget.has_reserve


def test_slow_documents_cost_what_they_are_requested() -> None:
    """They are requested every five minutes, also if no other document may be older than two."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("version", 14.0), [Version("18.2.7")], 0.0)
    budget.answered(answer("df detail", 3.0), [USAGE], 0.0)
    assert budget.planned("df detail") < 150


def test_what_is_read_from_this_host_costs_ceph_nothing() -> None:
    """A slow disk of a monitor does not put off other documents."""
    budget = Budget(SHARE, POLL)
    budget.answered(answer("mon store", 9.0), [MonStore(())], 0.0)
    assert budget.planned("mon store") == 0
