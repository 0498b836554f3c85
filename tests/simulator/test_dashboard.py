"""The stand-in for the mgr dashboard: the exporter reads from it what the other modules report."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ceph_exporter.collectors import COLLECTORS
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
from ceph_exporter.facts.cephfs_clients import CephfsClients
from ceph_exporter.facts.fs_status import FsStatus
from ceph_exporter.facts.orch_hosts import Hosts
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.progress import Progress
from ceph_exporter.facts.rbd_counters import RbdCounters
from ceph_exporter.facts.rbd_images import RbdImages, by_pool
from ceph_exporter.facts.rbd_mirror import RbdMirror
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
VERSION_2 = "application/vnd.ceph.api.v2.0+json"
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
    """The API is detected, and each document of the dashboard is received by every collector."""
    cluster = Cluster(
        urls=(server.url,),
        username=USER,
        password_file=str(PASSWORD_FILE),
        collectors=dict.fromkeys(COLLECTORS, True),
    )
    with closing(Poller("", cluster, Config({"": cluster}))) as poller:
        report = poller.poll(only=True).report
    assert report.api == "dashboard"
    assert [row for row in report.documents if row.state is DocumentState.FAILED] == []
    received = {row.name for row in report.documents if row.state is DocumentState.OK}
    assert received >= {"health detail", "osd dump", "mgr dump", "rgw buckets", "rgw users"}
    assert received >= {"rbd images", "service status", "cephfs clients", "progress json"}
    assert [row.name for row in report.documents if row.offered and row.name not in received] == []
    assert all(row.success for row in report.collectors)
    assert report.overview.osds_up == 24


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize(
    "type_",
    [
        *(FsDump, Daemons, MdsMetadata, MgrMetadata, MonMetadata, OsdDump, OsdMetadata),
        *(OsdPerf, OsdTree, PerfCounters, PgStates, Version, FsStatus, Hosts, Services),
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


@pytest.mark.parametrize("held", HELD, ids=str)
def test_it_reports_the_same_progress(held: tuple[str, ...]) -> None:
    """Events agree with the module's, in whole percent and without their start."""
    (one, other) = (
        fact(simulated(1000.0, held), api, Progress).events for api in ("dashboard", "restful")
    )
    assert one.number == other.number
    assert bool(one.number) == ("recovery" in held)
    for event, expected in zip(one.listed, other.listed, strict=True):
        assert (event.kind, event.subject) == (expected.kind, expected.subject)
        assert event.ratio == pytest.approx(expected.ratio, abs=0.01)
        assert event.start is None


def test_it_reports_the_same_mirroring_and_more() -> None:
    """The mirror daemon reports the same; the dashboard adds its name, and the images' states."""
    cluster = simulated(1000.0, ())
    mirror, expected = (fact(cluster, api, RbdMirror) for api in ("dashboard", "restful"))
    (daemon,), (other,) = mirror.daemons, expected.daemons
    assert (daemon.instance, daemon.health, daemon.pools) == (
        other.instance,
        other.health,
        other.pools,
    )
    assert (daemon.name, daemon.hostname) == ("mirror.host3.trewqa", "host3")
    assert [(pool.name, pool.mode, pool.health) for pool in mirror.pools or ()] == [
        ("vms", "pool", 0)
    ]
    assert sum((mirror.states or {}).values()) == daemon.pools[0].local
    assert (mirror.behind or {})["vms"].entries


def test_images_hold_the_data_of_their_pools() -> None:
    """The same images count requests; they fill with the data, but never beyond their size."""
    young, old = simulated(0.0, ()), simulated(1000.0, ())
    before, after = (fact(cluster, "dashboard", RbdImages) for cluster in (young, old))
    counters = fact(old, "restful", RbdCounters)
    assert {(row.pool, row.name) for row in after.images} == {
        (row.pool, row.name) for row in counters.images
    }
    assert all((row.used or 0) < (row.size or 0) for row in after.images)
    pools = {pool.plan.name: pool for pool in old.state.pools}
    for name, held in by_pool(after).items():
        assert held.used == pytest.approx(pools[name].stored, rel=0.01)
        assert (by_pool(before)[name].used or 0) < (held.used or 0)


@pytest.mark.parametrize("held", HELD, ids=str)
def test_sessions_agree_with_the_state_of_the_file_system(held: tuple[str, ...]) -> None:
    """The MDS counts as many sessions and capabilities; one client is the one in trouble."""
    cluster = simulated(1000.0, held)
    (filesystem,) = fact(cluster, "dashboard", CephfsClients).filesystems
    status = fact(cluster, "dashboard", FsStatus)
    assert len(filesystem.sessions) == status.clients[filesystem.name]
    (first, *_) = fact(cluster, "dashboard", FsDump).filesystems[0].mds
    assert sum(session.caps or 0 for session in filesystem.sessions) == status.mds[first.name].caps
    by_id = {session.id: session for session in filesystem.sessions}
    assert (by_id[4305].hostname, by_id[4305].user) == ("web1", "home")
    assert {session.type for session in filesystem.sessions} == {"kernel", "userspace"}
    assert {session.release for session in filesystem.sessions} == {None, 17, 18}


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
        ("/api/host?sources=orchestrator&offset=0&limit=-1", 8),
        ("/api/service", 5),
        ("/api/service?offset=0&limit=-1", 12),
    ):
        accept = VERSION_2 if "service" in path else ACCEPT
        status, rows = ask(server, path, Authorization=login, Accept=accept)
        assert status == 200
        assert isinstance(rows, list)
        assert len(rows) == number


@pytest.mark.parametrize(
    ("page", "images"),
    [
        ("", {"rbd": ["backup", "db1", "web1"], "vms": ["backup", "db1"]}),
        ("?offset=0&limit=3", {"rbd": ["backup", "db1"], "vms": ["backup"]}),
        ("?offset=3&limit=100", {"vms": ["db1", "web1", "web2"], "rbd": ["web1", "web2"]}),
    ],
)
def test_images_are_sorted_by_name_in_pages(
    server: Server, page: str, images: dict[str, list[str]]
) -> None:
    """A page has the images of all pools in the order of their names, and lists them by pool."""
    path, login = f"/api/block/image{page}", token(server)
    status, pools = ask(server, path, Authorization=login, Accept=VERSION_2)
    assert status == 200
    assert isinstance(pools, list)
    assert {pool["pool_name"]: [row["name"] for row in pool["value"]] for pool in pools} == images


def test_file_systems_are_listed_and_shown_one_by_one(server: Server) -> None:
    """Of a file system that does not exist, the clients are an error or none."""
    login = token(server)
    status, rows = ask(server, "/api/cephfs", Authorization=login)
    assert status == 200
    assert isinstance(rows, list)
    assert [(row["id"], row["mdsmap"]["fs_name"]) for row in rows] == [(1, "cephfs")]
    for path, expected in (
        ("/api/cephfs/1", 200),
        ("/api/cephfs/1/clients", 200),
        ("/api/cephfs/2", 404),
        ("/api/cephfs/2/clients", 200),
        ("/api/cephfs/2/clients?suppress_client_ls_errors=True", 200),
        ("/api/cephfs/2/clients?suppress_client_ls_errors=False", 500),
        ("/api/cephfs/1/nonsense", 404),
        ("/api/cephfs/clients", 404),
    ):
        assert ask(server, path, Authorization=login)[0] == expected, path


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/no_such", {}, 404),
        ("/api/health/snapshot", {}, 404),
        ("/api/rgw/user/nobody/quota", {}, 404),
        ("/api/rgw/user/ops", {}, 404),
        ("/api/host?sources=ceph&include_service_instances=false", {}, 500),
        ("/api/monitor", {"Accept": "*/*"}, 415),
        ("/api/monitor", {"Accept": VERSION_2}, 415),
        ("/api/service", {}, 415),
        ("/api/block/image?offset=0&limit=100", {}, 415),
        ("/api/osd", {"Accept": "application/vnd.ceph.api.v1.2+json"}, 415),
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
