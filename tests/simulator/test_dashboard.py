"""The stand-in for the mgr dashboard: the exporter reads from it what the other modules report."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ceph_exporter.config import Cluster, Config
from ceph_exporter.facts import (
    Fact,
    FsDump,
    Health,
    MdsMetadata,
    MgrDump,
    MgrMetadata,
    MonMetadata,
    OsdDf,
    OsdDump,
    OsdMetadata,
    OsdPerf,
    OsdTree,
    PerfCounters,
    PgStates,
    PoolStats,
    Quorum,
    Status,
    Version,
)
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.rgw_buckets import RgwBuckets
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentState
from ceph_exporter.simulator import Server, serve
from ceph_exporter.simulator.dashboard import PASSWORD, USER
from ceph_exporter.simulator.demo import PASSWORD_FILE, clusters
from ceph_exporter.simulator.timeline import INCIDENTS
from tests.simulator.pages import fact, simulated

ACCEPT = "application/vnd.ceph.api.v1.0+json"
HELD = [(), *((incident,) for incident in INCIDENTS)]


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve a healthy cluster with more OSDs than a page of their list has."""
    with serve(simulated(0.0, (), osds=24), "dashboard") as made:
        yield made


def ask(
    server: Server, path: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, object]:
    """Ask once; give the status and the JSON."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    try:
        connection.request(method, path, body, {"Accept": ACCEPT, **headers})
        response = connection.getresponse()
        text = response.read()
        is_json = response.headers["Content-Type"] == "application/json"
        return response.status, json.loads(text) if is_json else text
    finally:
        connection.close()


def log_in(server: Server, password: str = PASSWORD) -> tuple[int, object]:
    """Request a token."""
    body = json.dumps({"username": USER, "password": password})
    return ask(server, "/api/auth", "POST", body)


def token(server: Server) -> str:
    """Log in; return the value of the header that later requests need."""
    status, login = log_in(server)
    assert status == 201
    assert isinstance(login, dict)
    return f"Bearer {login['token']}"


def test_the_exporter_finds_it_and_gets_what_the_api_offers(server: Server) -> None:
    """The API is detected, and each document of the dashboard is received, RGW's as well."""
    cluster = Cluster(urls=(server.url,), username=USER, password_file=str(PASSWORD_FILE))
    with closing(Poller("", cluster, Config({"": cluster}))) as poller:
        report = poller.poll(only=True).report
    assert report.api == "dashboard"
    assert [row for row in report.documents if row.state is DocumentState.FAILED] == []
    received = {row.name for row in report.documents if row.state is DocumentState.OK}
    assert received >= {"health detail", "osd dump", "mgr dump", "rgw buckets", "rgw users"}
    assert [row.name for row in report.documents if row.offered and row.name not in received] == []
    assert all(row.success for row in report.collectors)
    assert report.overview.osds_up == 24


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize(
    "type_",
    [
        *(FsDump, Daemons, MdsMetadata, MgrMetadata, MonMetadata, OsdDump, OsdMetadata),
        *(OsdPerf, OsdTree, PerfCounters, PgStates, Version),
    ],
)
def test_it_reports_the_same_as_the_commands(type_: type[Fact], held: tuple[str, ...]) -> None:
    """In each incident, a document over the dashboard equals that of the module restful."""
    cluster = simulated(1000.0, held)
    assert fact(cluster, "dashboard", type_) == fact(cluster, "restful", type_)


@pytest.mark.parametrize("held", HELD, ids=str)
def test_it_reports_the_same_health_and_figures(held: tuple[str, ...]) -> None:
    """Health, counts, rates and space agree with the module's, as far as the dashboard has them."""
    cluster = simulated(1000.0, held)
    (one, other) = (fact(cluster, api, Health) for api in ("dashboard", "restful"))
    assert one == other
    status, expected = (fact(cluster, api, Status) for api in ("dashboard", "restful"))
    for name in ("osds", "osds_up", "osds_in", "pg_states", "objects_degraded", "recovery_bytes"):
        assert getattr(status, name) == getattr(expected, name)
    assert (status.read_bytes, status.write_ops) == (expected.read_bytes, expected.write_ops)
    quorum, known = (fact(cluster, api, Quorum) for api in ("dashboard", "restful"))
    assert (quorum.leader, quorum.age, quorum.election_epoch) == (
        known.leader,
        known.age,
        known.election_epoch,
    )
    assert [mon.in_quorum for mon in quorum.monitors] == [mon.in_quorum for mon in known.monitors]
    assert all(len(mon.reports) == 2 for mon in quorum.monitors)
    rates, pools = (fact(cluster, api, PoolStats).pools for api in ("dashboard", "restful"))
    assert {pool: row.read_bytes for pool, row in rates.items()} == {
        pool: row.read_bytes for pool, row in pools.items()
    }
    usage, df = (fact(cluster, api, OsdDf) for api in ("dashboard", "restful"))
    assert {osd: row.used for osd, row in usage.osds.items()} == {
        osd: row.used for osd, row in df.osds.items()
    }
    assert usage.average_utilization == pytest.approx(df.average_utilization)
    mgr, dump = (fact(cluster, api, MgrDump) for api in ("dashboard", "restful"))
    assert (mgr.active, mgr.standbys) == (dump.active, dump.standbys)


def test_rgw_grows_and_has_quotas() -> None:
    """Clients write into buckets while data grows; users of a tenant and quotas are there."""
    young, old = simulated(0.0, ()), simulated(1000.0, ())
    before, after = (fact(cluster, "dashboard", RgwBuckets).buckets for cluster in (young, old))
    assert [bucket.name for bucket in before] == [bucket.name for bucket in after]
    grown = [
        (one.objects or 0) < (two.objects or 0) for one, two in zip(before, after, strict=True)
    ]
    assert grown == [True, True, True, False]
    assert any(bucket.quota and bucket.quota.max_objects for bucket in after)
    assert "acme" in {bucket.tenant for bucket in after}
    users = fact(old, "dashboard", RgwUsers)
    assert users.number == len(users.users) == 3


def test_a_login_is_needed(server: Server) -> None:
    """Without the token nothing is answered, and a wrong password gets none."""
    assert ask(server, "/api/monitor")[0] == 401
    assert ask(server, "/api/monitor", Authorization="Bearer x")[0] == 401
    for status, refused in (log_in(server, "wrong"), ask(server, "/api/auth", "POST", "{")):
        assert status == 400
        assert isinstance(refused, dict)
        assert refused["code"] == "invalid_credentials"
    assert ask(server, "/api/monitor", Authorization=token(server))[0] == 200


def test_lists_are_incomplete_unless_all_rows_are_requested(server: Server) -> None:
    """As in Ceph 18, a list without parameters has only its first rows."""
    login = token(server)
    for path, number in (
        ("/api/osd", 10),
        ("/api/osd?offset=0&limit=-1", 24),
        ("/api/osd?offset=20&limit=10", 4),
        ("/api/host?sources=ceph", 5),
    ):
        status, rows = ask(server, path, Authorization=login)
        assert status == 200
        assert isinstance(rows, list)
        assert len(rows) == number


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/no_such", {}, 404),
        ("/api/health/snapshot", {}, 404),
        ("/api/rgw/user/nobody/quota", {}, 404),
        ("/api/rgw/user/ops", {}, 404),
        ("/api/monitor", {"Accept": "*/*"}, 415),
        ("/", {}, 404),
    ],
)
def test_other_requests_are_refused(
    server: Server, path: str, headers: dict[str, str], status: int
) -> None:
    """What is not simulated is not found, and the version of the API must be named."""
    login = token(server)
    assert ask(server, path, Authorization=login, **headers)[0] == status
    assert ask(server, "/api/monitor", "PUT", Authorization=login)[0] == 405


def test_the_clusters_of_the_demo_differ() -> None:
    """The demo has an old and a modern cluster, each over the API of its time."""
    with clusters() as targets:
        assert [(name, target.api) for name, target in targets.items()] == [
            ("jewel", "rest-api"),
            ("reef", "dashboard"),
        ]
        assert PASSWORD_FILE.read_text(encoding="utf-8").strip() == PASSWORD
        urls = {target.url for target in targets.values()}
    assert len(urls) == 2
