"""A poller over real HTTP: standbys that answer errors, proxies, load balancers, fewer rights."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ceph_exporter.config import Cluster, Config, Poll
from ceph_exporter.config.units import Duration
from ceph_exporter.polling import advice
from ceph_exporter.polling.poller import ATTEMPTS, Poller
from ceph_exporter.polling.report import DocumentState, Report
from ceph_exporter.polling.schedule import VITAL
from ceph_exporter.sources import ErrorKind
from tests.sources.fakes import SECRET, TO_ACTIVE, Dashboard, as_json
from tests.sources.faulty import Connection, Reply, Request, Server, answering, serve
from tests.sources.scripted import Clock, log_lines, series, success
from tests.sources.via_rest_api import ceph, envelope

KEEP_LOOKING = {"detail": "Keep on looking", "request_id": "00000000-0000-0000-0000-000000000000"}
MONITORS = {"mon_status": {"quorum": [0], "monmap": {"fsid": "75397f70", "mons": []}}}
DENIED = as_json({"status": "403 Forbidden", "detail": "Access not authorized"}, 403)
HEALTH = {"status": "HEALTH_OK", "checks": [], "mutes": []}


def plain(status: int) -> Reply:
    """Return the answer of an ingress whose backend is away."""
    return Reply(status, b"default backend - 404", "text/plain")


STANDBYS = [
    *[as_json({"status": f"{code} Any", **KEEP_LOOKING}, code) for code in (404, 500, 503)],
    plain(404),
    plain(503),
    Reply(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html"),
    TO_ACTIVE,
]


class Mgr:
    """A mgr at a URL: it answers as a dashboard, or with one reply whatever is requested."""

    def __init__(self, stack: ExitStack) -> None:
        self.dashboard = Dashboard({"monitor": as_json(MONITORS)})
        self.reply: Reply | None = None
        self.server: Server = stack.enter_context(serve(answering(self)))

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        return self.reply or self.dashboard(request)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return a stack of servers and pollers, closed at the end."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Collect the log."""
    return log_lines(monkeypatch, caplog)


@pytest.fixture
def poller(stack: ExitStack, tmp_path: Path, clock: Clock) -> Callable[..., Poller]:
    """Return a function that makes a poller of a cluster with some URLs."""
    file = tmp_path / "password"
    file.write_text(SECRET)

    def make(*urls: str, user: bool = True, api: str = "auto") -> Poller:
        secret = {"username": "prom", "password_file": str(file)} if user else {}
        cluster = Cluster(urls=urls, api=api, **secret)  # type: ignore[arg-type]
        config = Config({"": cluster}, Poll(Duration(15), Duration(10), Duration(60)))
        return stack.enter_context(closing(Poller("", cluster, config, clock=clock)))

    return make


def states(report: Report) -> dict[str, DocumentState]:
    """Return the state of each document."""
    return {row.name: row.state for row in report.documents}


@pytest.mark.parametrize("reply", STANDBYS)
def test_a_failover_is_followed_there_and_back(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock, reply: Reply
) -> None:
    """Whatever the other mgr or a proxy answers meanwhile, the same poll reaches the active one."""
    x, y = Mgr(stack), Mgr(stack)
    x.dashboard.tokens = y.dashboard.tokens
    y.reply = reply
    polled = poller(x.server.url, y.server.url)
    for active, standby in ((x, y), (y, x), (x, y)):
        active.reply, standby.reply = None, reply
        for _ in range(2):
            clock.now += 15
            report = polled.poll().report
            assert (report.up, report.health, report.url) == (True, "HEALTH_OK", active.server.url)
            assert series(polled)["ceph_up"] == "1"
            assert {states(report)[name] for name in VITAL} == {DocumentState.OK}


def test_a_login_refused_at_one_url_is_not_repeated_and_the_next_url_is_polled(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """The first poll already shows the cluster, and the refused secret is sent only once."""
    other, own = Mgr(stack), Mgr(stack)
    other.dashboard.secret = "another"  # noqa: S105 - only for the fake
    polled = poller(other.server.url, own.server.url)
    report = polled.poll().report
    assert (report.up, report.url) == (True, own.server.url)
    own.reply = plain(503)
    for _ in range(3):
        clock.now += 15
        report = polled.poll().report
        assert not report.up
        assert "was refused for user prom" in report.error
    assert (other.dashboard.logins, own.dashboard.logins) == (1, 1)


@pytest.mark.parametrize("code", [404, 502, 503])
def test_a_backend_that_is_away_for_a_moment_marks_nothing(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock, logs: list[str], code: int
) -> None:
    """An ingress without a backend is an outage of as long as it lasts, with one line of log."""
    mgr = Mgr(stack)
    polled = poller(mgr.server.url)
    polled.poll()
    unsupported = DocumentState.UNSUPPORTED
    before = [name for name, state in states(polled.poll().report).items() if state is unsupported]
    mgr.reply = plain(code)
    clock.now += 15
    report = polled.poll().report
    assert (report.up, series(polled)["ceph_up"]) == (False, "0")
    assert {states(report)[name] for name in VITAL} == {DocumentState.FAILED}
    mgr.reply = None
    clock.now += 15
    report = polled.poll().report
    assert (report.up, report.health) == (True, "HEALTH_OK")
    assert [name for name, state in states(report).items() if state is unsupported] == before
    assert [line.partition(" error")[0] for line in logs if "reachable" in line] == [
        "ERROR cluster unreachable",
        "INFO cluster reachable again seconds=15 polls=1",
    ]


def test_unsupported_documents_are_logged_once(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock, logs: list[str]
) -> None:
    """They are requested again every five minutes and after each reconnection, without a word."""
    mgr = Mgr(stack)
    polled = poller(mgr.server.url)
    asked = mgr.dashboard.asked
    for pause in (0, 15, 300, 15):
        clock.now += pause
        asked.clear()
        polled.poll()
        assert ("pool?stats=true" in asked) is (pause != 15)
    mgr.reply = plain(503)
    clock.now += 15
    polled.poll()
    mgr.reply = None
    asked.clear()
    clock.now += 15
    polled.poll()
    assert "pool?stats=true" in asked
    (line,) = [line for line in logs if "unsupported" in line]
    assert line.startswith("INFO documents unsupported documents=")
    assert "osd pool stats" in line
    assert success(polled, "osd pool stats") is None


@pytest.mark.parametrize("reply", [STANDBYS[2], TO_ACTIVE])
def test_one_url_may_lead_to_any_mgr(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock, reply: Reply
) -> None:
    """Behind a load balancer without health checks, a standby's answer takes a new connection."""
    mgr, turns = Mgr(stack), list[Connection]()

    def balance(connection: Connection) -> None:
        turns.append(connection)
        answering((lambda _: reply) if len(turns) % 2 else mgr)(connection)

    polled = poller(stack.enter_context(serve(balance)).url)
    report = polled.poll().report
    assert (report.up, report.health, len(turns)) == (True, "HEALTH_OK", 2)
    mgr.reply = reply  # a failover: the kept connection leads to what is a standby now
    clock.now += 15
    report = polled.poll().report
    assert not report.up
    assert len(turns) == 2 + ATTEMPTS - 1
    mgr.reply = None
    clock.now += 15
    assert polled.poll().report.up


def test_a_connection_that_breaks_is_opened_again(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """If the mgr behind the only URL dies in a poll, the same poll reaches its successor."""
    mgr, dying = Mgr(stack), [False]

    def behave(connection: Connection) -> None:
        while request := connection.request():
            if dying[0] and "summary" not in request.path and "monitor" not in request.path:
                dying[0] = False
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
                return
            reply = mgr(request)
            head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.type}\r\n"
            connection.send(f"{head}Content-Length: {len(reply.body)}\r\n\r\n".encode())
            connection.send(reply.body)

    server = stack.enter_context(serve(behave))
    polled = poller(server.url)
    assert polled.poll().report.up
    dying[0] = True
    clock.now += 15
    report = polled.poll().report
    assert (report.up, report.error, dying) == (True, "", [False])
    assert server.connections == 2


def test_two_urls_need_no_further_attempts(stack: ExitStack, poller: Callable[..., Poller]) -> None:
    """With the URLs of all mgrs each standby is asked once in a poll."""
    x, y = Mgr(stack), Mgr(stack)
    x.reply = y.reply = STANDBYS[2]
    assert not poller(x.server.url, y.server.url).poll().report.up
    assert [len(mgr.server.requests) for mgr in (x, y)] == [1, 1]


def test_a_url_without_any_vital_document_failed(
    stack: ExitStack, poller: Callable[..., Poller]
) -> None:
    """A dashboard whose health, status and quorum are garbled leaves the poll to the next URL."""
    x, y = Mgr(stack), Mgr(stack)
    for endpoint in ("monitor", "health/minimal", "health/full", "summary"):
        x.dashboard.special[endpoint] = as_json({"detail": "boom"}, 500)
    polled = poller(x.server.url, y.server.url, api="dashboard")
    report = polled.poll().report
    assert (report.up, report.url) == (True, y.server.url)
    lonely = poller(x.server.url, api="dashboard").poll().report
    assert not lonely.up
    assert "neither health nor status nor quorum was received: /api/" in lonely.error
    assert "HTTP 500: boom" in lonely.error


def test_health_of_the_summary_keeps_the_cluster_up(
    stack: ExitStack, poller: Callable[..., Poller], logs: list[str]
) -> None:
    """With /api/health broken, the status is exported, and the log says what is missing."""
    mgr = Mgr(stack)
    broken = as_json({"detail": "iSCSI"}, 500)
    mgr.dashboard.special |= {"health/minimal": broken, "health/full": broken}
    polled = poller(mgr.server.url)
    polled.poll()
    page = series(polled)
    assert (page["ceph_up"], page["ceph_health_status"]) == ("1", "0")
    assert not [name for name in page if name.startswith(("ceph_health_detail", "ceph_osds"))]
    assert success(polled, "health detail") == "0"
    (line,) = [line for line in logs if "documents unavailable" in line]
    assert "documents=health detail,osd dump" in line
    assert "iSCSI" in line


def test_a_snapshot_keeps_what_it_has(stack: ExitStack, poller: Callable[..., Poller]) -> None:
    """Without the details of checks, nothing is said that only they tell."""
    mgr = Mgr(stack)
    check = {"severity": "HEALTH_WARN", "summary": {"message": "clock skew detected on mon.a"}}
    body = {"health": {**HEALTH, "status": "HEALTH_WARN", "checks": {"MON_CLOCK_SKEW": check}}}
    broken = as_json({"detail": "iSCSI"}, 500)
    mgr.dashboard.special |= {"health/minimal": broken, "health/full": broken}
    mgr.dashboard.special["health/snapshot"] = as_json(body)
    polled = poller(mgr.server.url)
    polled.poll()
    page = series(polled)
    assert page["ceph_health_status"] == "1"
    assert page['ceph_health_detail{name="MON_CLOCK_SKEW",severity="HEALTH_WARN"}'] == "1"
    absent = ("ceph_health_check_details", "ceph_monitor_health_status")
    assert not [name for name in page if name.startswith(absent)]


def test_rights_that_are_missing_are_said_and_come_back(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """A section left out, or an endpoint with 403, is a failure that names the scope."""
    mgr = Mgr(stack)
    special = mgr.dashboard.special
    special["health/full"] = as_json({"health": HEALTH})
    special["pool?stats=true"] = DENIED
    polled = poller(mgr.server.url)
    report = polled.poll().report
    assert report.up
    rows = {row.name: row for row in report.documents}
    for name in ("df detail", "osd dump", "fs dump", "mgr dump", "osd pool stats"):
        assert (rows[name].state, rows[name].kind) == (DocumentState.FAILED, ErrorKind.DENIED)
        assert success(polled, name) == "0"
    missing = {row.what: row for row in advice.missing(report)}
    assert "grant the scope pool: read to the role of user prom" in missing["osd pool stats"].why
    assert "ac-role-add-scope-perms ROLE SCOPE read" in missing["df detail"].fix
    assert missing["df detail"].fault
    special["pool?stats=true"] = as_json([])
    special["health/full"] = as_json({"health": HEALTH, "df": {"stats": {}, "pools": []}})
    clock.now += 60
    polled.poll()
    assert success(polled, "osd pool stats") == success(polled, "df detail") == "1"
    assert success(polled, "osd dump") == "0"


def test_without_the_scope_monitor_the_quorum_is_denied(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """Health does not need that scope: the cluster is up, and the quorum says what to grant."""
    mgr = Mgr(stack)
    mgr.dashboard.special["monitor"] = DENIED
    polled = poller(mgr.server.url)
    for _ in range(2):
        mgr.dashboard.asked.clear()
        clock.now += 15
        report = polled.poll().report
        assert (report.up, report.health) == (True, "HEALTH_OK")
        assert success(polled, "quorum_status") == "0"
        assert "monitor" in mgr.dashboard.asked  # a vital document is requested in each poll
    (row,) = [row for row in report.documents if row.name == "quorum_status"]
    assert "grant the scope monitor: read" in row.error


def test_a_url_that_identified_itself_is_accepted_without_the_scope_monitor(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """A role that loses the scope at run time costs the quorum only, also after a reconnect.

    Another URL, which has never identified itself, is not accepted, and the error says what to
    grant.
    """
    mgr, other = Mgr(stack), Mgr(stack)
    other.reply = TO_ACTIVE
    polled = poller(mgr.server.url, other.server.url)
    assert polled.poll().report.up
    mgr.dashboard.special["monitor"] = other.dashboard.special["monitor"] = DENIED
    polled.close()
    clock.now += 60
    report = polled.poll().report
    assert (report.up, report.url) == (True, mgr.server.url)
    mgr.reply, other.reply = TO_ACTIVE, None
    clock.now += 60
    report = polled.poll().report
    assert not report.up
    assert "does not report which cluster it belongs to" in report.error
    assert "grant the scope monitor: read" in report.error


def test_the_fsid_of_a_snapshot_does_not_bind_a_user_who_may_not_read_the_monitors(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock
) -> None:
    """On 20, health that fails once does not make the cluster unreachable after a reconnect."""
    mgr = Mgr(stack)
    special = mgr.dashboard.special
    special["monitor"] = DENIED
    special["health/minimal"] = special["health/full"] = plain(500)
    special["health/snapshot"] = as_json({"fsid": "75397f70", "health": HEALTH})
    polled = poller(mgr.server.url)
    assert polled.poll().report.up
    for name in ("health/minimal", "health/full", "health/snapshot"):
        del special[name]
    polled.close()
    clock.now += 60
    assert polled.poll().report.up


OLD_HEALTH = {"overall_status": "HEALTH_WARN", "summary": []}
COMMANDS = {
    "health": OLD_HEALTH,
    "status": {"fsid": "x", "health": OLD_HEALTH, "osdmap": {"osdmap": {"num_osds": 3}}},
    "quorum_status": {"quorum": [0], "monmap": {"fsid": "x", "mons": []}},
    "fsid": {"fsid": "x"},
}


def behind_filter(*allowed: str) -> Callable[[Request], Reply]:
    """Answer some commands as ceph-rest-api; a proxy refuses the rest."""
    refusal = Reply(403, b"<html>Forbidden</html>", "text/html")
    return ceph(lambda name: envelope(COMMANDS[name]) if name in allowed else refusal)


@pytest.mark.parametrize("allowed", [("health",), ("status",), ("health", "status")])
@pytest.mark.parametrize("api", ["auto", "rest-api"])
def test_a_proxy_that_filters_commands(
    stack: ExitStack,
    poller: Callable[..., Poller],
    clock: Clock,
    api: str,
    allowed: tuple[str, ...],
) -> None:
    """Health or status alone are enough for ceph_up 1; the rest is denied, not unsupported."""
    server = stack.enter_context(serve(answering(behind_filter(*allowed), keep_alive=False)))
    polled = poller(server.url, user=False, api=api)
    for _ in range(2):
        clock.now += 15
        report = polled.poll().report
        assert (report.up, report.health, report.error) == (True, "HEALTH_WARN", "")
    page = series(polled)
    assert page["ceph_health_status"] == "1"
    assert ("ceph_osds" in page) is ("status" in allowed)
    assert success(polled, "osd dump") == "0"
    assert success(polled, "quorum_status") == "0"


@pytest.mark.parametrize("code", [404, 502, 503])
def test_a_proxy_in_front_of_ceph_rest_api_without_its_backend(
    stack: ExitStack, poller: Callable[..., Poller], clock: Clock, code: int
) -> None:
    """The next URL is asked in the same poll, and nothing is unsupported afterwards."""
    down: list[int] = []

    def first(request: Request) -> Reply:
        return plain(code) if down else behind_filter(*COMMANDS)(request)

    x = stack.enter_context(serve(answering(first, keep_alive=False)))
    y = stack.enter_context(serve(answering(behind_filter(*COMMANDS), keep_alive=False)))
    polled = poller(x.url, y.url, user=False)
    assert polled.poll().report.url.startswith(x.url)
    down.append(1)
    clock.now += 15
    report = polled.poll().report
    assert (report.up, report.health) == (True, "HEALTH_WARN")
    assert report.url.startswith(y.url)
    assert {states(report)[name] for name in VITAL} == {DocumentState.OK}
