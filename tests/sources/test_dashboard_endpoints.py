"""Which of the dashboard's endpoints are asked for which documents, and lists in pages."""

from contextlib import closing

import pytest

from ceph_exporter.sources import Answer, Credentials, Deadline, Tls, connect
from ceph_exporter.sources.dashboard import ENDPOINTS
from tests.sources.fakes import Dashboard, as_json, page
from tests.sources.faulty import Reply, answering, serve

WHOLE = as_json({"health": {"status": "HEALTH_OK"}})


def fetched(
    fake: Dashboard, credentials: Credentials, *polls: tuple[str, ...]
) -> list[list[Answer]]:
    """Fetch documents in some polls; give each poll's answers."""
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(5))) as source,
    ):
        return [list(source.fetch(wanted, Deadline(5))) for wanted in polls]


def rows(count: int, total: str) -> Reply:
    """Answer with rows of a list that has so many in total."""
    return as_json(list(range(count)))._replace(headers={"X-Total-Count": total})


def test_the_full_health_stands_in_for_the_minimal_one(credentials: Credentials) -> None:
    """What carries more is not followed by the endpoint that carries a part of it."""
    fake = Dashboard({"health/full": WHOLE})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full"]
    assert [one.wire for one in answers] == ["dashboard/health/full"]


def test_the_minimal_health_is_asked_when_the_full_one_fails(credentials: Credentials) -> None:
    """A full answer that is too much for a mgr does not cost the health."""
    fake = Dashboard({"health/full": page(500)})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full", "health/minimal"]
    assert [one.error is None for one in answers] == [False, True]
    assert answers[1].documents == ("health detail", "status")


@pytest.mark.parametrize("endpoint", ["osd", "host"])
def test_a_list_that_was_cut_is_asked_for_whole(credentials: Credentials, endpoint: str) -> None:
    """From 18 on a list has 5 or 10 rows unless all are asked for: later polls do it at once."""
    every = f"{endpoint}?offset=0&limit=-1"
    fake = Dashboard({endpoint: rows(5, "12"), every: rows(12, "12")})
    wanted = (ENDPOINTS[endpoint][0],)
    first, second = fetched(fake, credentials, wanted, wanted)
    assert fake.asked == ["auth", endpoint, every, every]
    assert first[0].body == second[0].body == rows(12, "12").body
    assert first[0].wire == f"dashboard/{endpoint}"


@pytest.mark.parametrize("total", ["", "3", "5", "many", "-7"])
def test_a_whole_list_is_asked_for_once(credentials: Credentials, total: str) -> None:
    """Up to 17 a list is whole and takes no parameters: none are sent without need."""
    fake = Dashboard({"osd": rows(3, total)})
    fetched(fake, credentials, ("osd df",), ("osd df",))
    assert fake.asked == ["auth", "osd", "osd"]
