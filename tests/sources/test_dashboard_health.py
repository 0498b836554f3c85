"""The mgr dashboard: what is requested while its health fails or hangs, and rights of roles."""

import pytest

from ceph_exporter import facts
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Health, Status, Version
from ceph_exporter.facts.signs import Signs
from ceph_exporter.sources import Answer, Credentials, ErrorKind
from tests.sources.fakes import VERSION, Dashboard, as_json
from tests.sources.faulty import answering, serve
from tests.sources.via_dashboard import fetch, opened

BROKEN = as_json({"status": "500 Internal Server Error", "detail": "unexpected condition"}, 500)
CHECK = {"severity": "HEALTH_WARN", "summary": {"message": "1 osds down", "count": 1}}
SNAPSHOT = as_json(
    {
        "fsid": "75397f70",
        "health": {"status": "HEALTH_WARN", "checks": {"OSD_DOWN": CHECK}, "mutes": []},
        "osdmap": {"in": 3, "up": 2, "num_osds": 3},
        "pgmap": {
            "pgs_by_state": [{"state_name": "active+clean", "count": 33}],
            "read_bytes_sec": 512,
            "write_bytes_sec": None,
            "recovering_bytes_per_sec": None,
        },
    }
)
WANTED = ("quorum_status", "osd dump", "health detail", "status", "version")


def broken(**special: object) -> Dashboard:
    """Return a dashboard whose health fails."""
    return Dashboard({"health/full": BROKEN, "health/minimal": BROKEN, **special})  # type: ignore[dict-item]


def fetched(fake: Dashboard, credentials: Credentials) -> dict[str, Answer]:
    """Fetch from a dashboard; return the answers by wire format."""
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        return fetch(source, WANTED)


def test_the_snapshot_replaces_a_health_that_fails(credentials: Credentials) -> None:
    """From 20 on it has the checks without their details, counts and PG states."""
    fake = broken(**{"health/snapshot": SNAPSHOT})
    answers = fetched(fake, credentials)
    snapshot = answers["dashboard/health/snapshot"]
    health, status = facts.decode(snapshot.wire_format, snapshot.body)
    assert isinstance(health, Health)
    assert (health.status, health.detailed) == ("HEALTH_WARN", False)
    assert health.checks["OSD_DOWN"].count == 1
    assert status == Status(
        "HEALTH_WARN",
        fsid="75397f70",
        osds=3,
        osds_up=2,
        osds_in=3,
        pg_states={"active+clean": 33},
        read_bytes=512,
        write_bytes=0,
        recovery_bytes=0,
    )
    assert answers["dashboard/summary"].error is None
    assert fake.asked[-1] == "summary"


def test_a_snapshot_without_rights_has_health_only(credentials: Credentials) -> None:
    """Sections that the user may not read are absent, and so are their figures."""
    body = as_json({"fsid": "x", "health": {"status": "HEALTH_OK"}})
    answers = fetched(broken(**{"health/snapshot": body}), credentials)
    decoded = facts.decode("dashboard/health/snapshot", answers["dashboard/health/snapshot"].body)
    assert decoded[1] == Status("HEALTH_OK", fsid="x")


def test_the_summary_replaces_a_health_that_fails_up_to_19(credentials: Credentials) -> None:
    """Without a snapshot, the summary has the status; it is requested once for all it has."""
    fake = broken()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = fetch(source, WANTED)
        asked = list(fake.asked)
        fetch(source, WANTED)
    assert asked[-3:] == ["health/minimal", "health/snapshot", "summary"]
    assert fake.asked.count("health/snapshot") == 1  # this release does not have it
    summary = answers["dashboard/summary/health"]
    assert summary.documents == ("status", "version")
    decoded = facts.decode(summary.wire_format, summary.body)
    assert decoded == (Status("HEALTH_OK"), Version("16.2.15"))
    error = answers["dashboard/health/minimal"].error
    assert error is not None
    assert "/api/health/minimal: HTTP 500: unexpected condition" in str(error)
    assert VERSION.encode() in summary.body


def test_health_comes_back(credentials: Credentials) -> None:
    """The health is requested in each poll: nothing else once it answers."""
    fake = broken()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        fetch(source, WANTED)
        del fake.special["health/minimal"]
        fake.asked.clear()
        answers = fetch(source, ("health detail", "status"))
    assert fake.asked == ["health/minimal"]
    assert [one.error for one in answers.values()] == [None]


def test_a_health_that_hangs_is_left_alone_for_a_minute(credentials: Credentials) -> None:
    """A dead iSCSI gateway makes it wait for 45 s, each time in another thread of the mgr."""
    fake = Dashboard()
    hanging = answering(lambda one: None if "/health/" in one.path else fake(one))
    with serve(hanging) as server, opened(server.url, credentials) as source:
        wanted = ("quorum_status", "health detail", "status", "version")
        first = {one.wire_format: one.error for one in source.fetch(wanted, Deadline(4))}
        del server.requests[:]
        second = {one.wire_format: one.error for one in source.fetch(wanted, Deadline(4))}
    for answers in (first, second):
        hung = answers.pop("dashboard/health/minimal")
        assert hung is not None
        assert hung.kind is ErrorKind.FAILED
        assert answers == {"dashboard/monitor": None, "dashboard/summary/health": None}
    assert server.asked() == ["/api/monitor", "/api/summary"]


def test_gateways_that_hang_are_asked_last_and_left_alone(credentials: Credentials) -> None:
    """The first such request to a mgr of 16 waits for RGW, and must not delay anything else."""
    fake = Dashboard()
    hanging = answering(lambda one: None if "/rgw/" in one.path else fake(one))
    with serve(hanging) as server, opened(server.url, credentials) as source:
        wanted = ("service dump", "health detail", "version")
        first = {one.wire_format: one.error for one in source.fetch(wanted, Deadline(4))}
        assert server.asked("GET")[-1] == "/api/rgw/daemon"
        del server.requests[:]
        second = {one.wire_format: one.error for one in source.fetch(wanted, Deadline(4))}
    for answers in (first, second):
        hung = answers.pop("dashboard/rgw/daemon")
        assert hung is not None
        assert hung.kind is ErrorKind.FAILED
        assert answers == {"dashboard/health/minimal": None, "dashboard/summary": None}
    assert server.asked() == ["/api/health/minimal", "/api/summary"]


@pytest.mark.parametrize(
    ("document", "endpoint", "scope"),
    [
        ("quorum_status", "monitor", "monitor"),
        ("osd pool stats", "pool?stats=true", "pool"),
        ("osd df", "osd", "osd"),
        ("mon metadata", "host", "hosts"),
        ("service dump", "rgw/daemon", "rgw"),
    ],
)
def test_a_right_that_is_missing_is_named(
    credentials: Credentials, document: str, endpoint: str, scope: str
) -> None:
    """After a 403 the error names the scope to grant."""
    denied = as_json({"status": "403 Forbidden", "detail": "Access not authorized"}, 403)
    fake = Dashboard({endpoint: denied})
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = {one.documents[0]: one.error for one in source.fetch((document,), Deadline(30))}
    (error,) = answers.values()
    assert error is not None
    assert error.kind is ErrorKind.DENIED
    assert str(error).endswith(f"; grant the scope {scope}: read to the role of user prom")


def test_sections_that_are_left_out_have_a_reason(credentials: Credentials) -> None:
    """The full health leaves out what the role may not read; the answer says which scope it is."""
    fake = Dashboard({"health/full": as_json({"health": {"status": "HEALTH_OK"}})})
    reasons = fetched(fake, credentials)["dashboard/health/full"].left_out
    scopes = {name: str(error).partition("scope ")[2] for name, error in reasons.items()}
    assert scopes["df detail"] == "pool: read to the role of user prom"
    assert scopes["osd dump"] == "osd: read to the role of user prom"
    assert scopes["fs dump"].startswith("cephfs:")
    assert scopes["mgr dump"].startswith("manager:")
    assert {error.kind for error in reasons.values()} == {ErrorKind.DENIED}


@pytest.mark.parametrize("earlier", [("quorum_status",), ()], ids=["reconnected", "quorum waits"])
def test_a_hanging_health_that_comes_first_is_no_failure_of_the_url(
    credentials: Credentials, earlier: tuple[str, ...]
) -> None:
    """After a reconnect the quorum is fetched alone, and a quorum in cooldown is not fetched."""
    fake = Dashboard()
    hanging = answering(lambda one: None if "/health/" in one.path else fake(one))
    deadline = Deadline(4)
    with serve(hanging) as server, opened(server.url, credentials) as source:
        assert [one.error for one in source.fetch(earlier, deadline)] == [None] * len(earlier)
        wanted = ("health detail", "status", "version")
        answers = {one.wire_format: one.error for one in source.fetch(wanted, deadline)}
    hung = answers.pop("dashboard/health/minimal")
    assert hung is not None
    assert hung.kind is ErrorKind.FAILED
    assert answers == {"dashboard/summary/health": None}


def test_impossible_rates_of_the_snapshot_are_absent() -> None:
    """The snapshot is a status: a number that wrapped around is unknown in it as well."""
    pgmap = {"pgs_by_state": [], "read_bytes_sec": 2**64 - 5, "write_bytes_sec": -5}
    body = as_json({"fsid": "x", "health": {"status": "HEALTH_OK"}, "pgmap": pgmap}).body
    _, status = facts.decode("dashboard/health/snapshot", body)
    assert isinstance(status, Status)
    assert (status.read_bytes, status.write_bytes) == (None, None)


SIGNS = ("log last",)
LOGS = as_json({"clog": [{"stamp": "s", "priority": "[WRN]", "message": "m"}], "audit_log": []})


def signs(fake: Dashboard, credentials: Credentials) -> tuple[Answer, Answer]:
    """Fetch the signs of changes twice, in two polls."""
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        first, second = (list(source.fetch(SIGNS, Deadline(10))) for _ in range(2))
    return first[0], second[0]


def test_signs_come_from_the_snapshot_if_there_is_one(credentials: Credentials) -> None:
    """Ceph 20 and later have it; the cluster log is not requested."""
    fake = Dashboard({"health/snapshot": SNAPSHOT, "logs/all": LOGS})
    answer, _ = signs(fake, credentials)
    (fact,) = facts.decode(answer.wire_format, answer.body)
    assert fact == Signs(("HEALTH_WARN 3 2 3", "OSD_DOWN HEALTH_WARN False 1 osds down"))
    assert "logs/all" not in fake.asked


def test_signs_come_from_the_cluster_log_up_to_19(credentials: Credentials) -> None:
    """The snapshot, which the release does not have, is requested once."""
    fake = Dashboard({"logs/all": LOGS})
    for answer in signs(fake, credentials):
        assert facts.decode(answer.wire_format, answer.body) == (Signs(("s m",)),)
    assert fake.asked.count("health/snapshot") == 1
    assert fake.asked.count("logs/all") == 2


def test_a_snapshot_that_fails_leaves_the_cluster_log(credentials: Credentials) -> None:
    """It may work the next time."""
    fake = Dashboard({"logs/all": LOGS, "health/snapshot": BROKEN})
    assert all(answer.error is None for answer in signs(fake, credentials))
    assert fake.asked.count("health/snapshot") == 2


def test_the_right_to_the_cluster_log_is_named(credentials: Credentials) -> None:
    """The error says which scope to grant."""
    denied = as_json({"detail": "Access not permitted"}, 403)
    answer, _ = signs(Dashboard({"logs/all": denied}), credentials)
    assert answer.error is not None
    assert answer.error.kind is ErrorKind.DENIED
    assert "grant the scope log: read to the role of user prom" in str(answer.error)
