"""What is asked beside the API of the cluster, and that it never disturbs the rest of a poll."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Cluster, Config, Poll, RgwConfig
from ceph_exporter.config.units import Duration
from ceph_exporter.deadline import Deadline
from ceph_exporter.polling.advice import missing
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from ceph_exporter.sources.dashboard_rgw import DashboardRgw
from ceph_exporter.sources.http import Http
from ceph_exporter.sources.rgw_admin import FORMATS
from tests.sources.fakes import SECRET, Dashboard, as_json
from tests.sources.faulty import Reply, Request, answering, serve, until
from tests.sources.rgw_fake import QUOTAS, Rgw, keys_in
from tests.sources.scripted import GONE, QUORUM, Ceph, Clock, Fake, Script, series, whole

GATEWAY = json.dumps([{"id": "a", "service_map_id": "1", "version": "ceph version 16.2.15"}])
BUCKETS = json.dumps([{"bucket": "photos", "owner": "alice", "placement_rule": "d", "usage": {}}])
USERS = json.dumps({"number": 1, "users": {}})
BYTES = 'ceph_rgw_user_buckets{user="alice",placement="d"}'


class Aside:
    """What the dashboard reports of RGW, once the test lets it."""

    about = "RGW"
    many = "buckets or users"
    documents = frozenset({"rgw buckets", "rgw users"})
    formats: Mapping[str, str] = MappingProxyType(
        {"rgw buckets": "rgw/bucket", "rgw users": "rgw/user"}
    )

    def __init__(self) -> None:
        self.go = threading.Event()
        self.mds = Mds()
        self.asked: list[str] = []
        self.error: SourceError | None = None
        self.closed = 0

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Answer."""
        self.asked.append(document)
        is_answered = self.go.wait(deadline.left)
        if self.error:
            raise self.error
        if not is_answered:
            raise SourceError(ErrorKind.UNREACHABLE, "no answer of RGW")
        return {"rgw buckets": BUCKETS, "rgw users": USERS}[document].encode()

    def close(self) -> None:
        """Count."""
        self.closed += 1


class Mds:
    """What the dashboard reports of the clients of a file system."""

    about = "the MDS"
    many = "clients"
    documents = frozenset({"cephfs clients"})
    formats: Mapping[str, str] = MappingProxyType({"cephfs clients": "dashboard/cephfs/clients"})

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.asked = 0

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Answer."""
        assert document == "cephfs clients"
        self.asked += 1
        if not self.go.wait(deadline.left):
            raise SourceError(ErrorKind.UNREACHABLE, "no answer of the MDS in time")
        return json.dumps(
            [{"id": 1, "name": "home", "clients": {"status": 0, "data": []}}]
        ).encode()

    def close(self) -> None:
        """Do nothing."""


class WithAside(Fake):
    """A source that also has documents beside the polls, as the dashboard."""

    def __init__(self, ceph: Ceph, url: str, aside: Aside | DashboardRgw) -> None:
        super().__init__(ceph, url)
        self.asides = (aside, *((aside.mds,) if isinstance(aside, Aside) else ()))

    def close(self) -> None:
        """Close the other connection, too."""
        super().close()
        for aside in self.asides:
            aside.close()


class Bench:
    """A poller of a cluster whose API has documents beside the polls."""

    def __init__(
        self, collectors: Mapping[str, bool] | None = None, **script: bytes | SourceError
    ) -> None:
        self.clock = Clock()
        self.ceph = Ceph()
        self.aside = Aside()
        self.ceph.scripts["http://a"] = {
            **whole(),
            **{name.replace("_", " "): answer for name, answer in script.items()},
        }
        cluster = Cluster(urls=("http://a",), api="dashboard", collectors=collectors or {})
        config = Config({"": cluster}, Poll(Duration(15), Duration(10), Duration(60)))
        self.poller = Poller("", cluster, config, connect=self._connect, clock=self.clock)

    def _connect(self, *arguments: object) -> Fake:
        if "http://a" in self.ceph.dead:
            raise self.ceph.dead["http://a"]
        return WithAside(self.ceph, str(arguments[1]), self.aside)

    def poll(self, seconds: float = 0.0, *, only: bool = False) -> dict[str, str]:
        """Let time pass and poll; return the page."""
        self.clock.now += seconds
        self.poller.poll(only=only)
        return series(self.poller)

    def row(self, name: str) -> DocumentRow:
        """Return the state of a document."""
        assert self.poller.snapshot is not None
        return next(row for row in self.poller.snapshot.report.documents if row.name == name)

    def until(self, condition: Callable[[], bool]) -> None:
        """Poll until a condition holds."""

        def polled() -> bool:
            self.poll()
            return condition()

        assert until(polled)


DUMP = json.dumps({"services": {"rgw": {"daemons": {"1": {"metadata": {"id": "a"}}}}}}).encode()
NONE = b'{"services": {}}'


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return a cluster with a gateway; at the end its RGW answers."""
    made = Bench(service_dump=DUMP)
    yield made
    made.aside.go.set()
    made.poller.close()


def test_a_poll_does_not_wait_for_rgw(bench: Bench) -> None:
    """What RGW is asked for arrives in a later poll; the rest is there at once."""
    page = bench.poll()
    assert page["ceph_up"] == "1"
    assert BYTES not in page
    assert bench.row("rgw buckets").state is DocumentState.PENDING
    bench.aside.go.set()
    bench.until(lambda: bench.row("rgw users").state is DocumentState.OK)
    assert series(bench.poller)[BYTES] == "1"
    assert bench.aside.asked == ["rgw buckets", "rgw users"]


def test_a_single_poll_waits(bench: Bench) -> None:
    """`once` and `check` wait, as no other poll follows."""
    bench.aside.go.set()
    assert bench.poll(only=True)[BYTES] == "1"


def test_a_single_poll_does_not_wait_for_ever(bench: Bench) -> None:
    """They report that RGW did not answer."""
    cluster = Cluster(urls=("http://a",), api="dashboard")
    config = Config({"": cluster}, Poll(Duration(15), Duration(0.2), Duration(60)))
    poller = Poller("", cluster, config, connect=bench._connect)
    rows = {row.name: row for row in poller.poll(only=True).report.documents}
    poller.close()
    assert rows["rgw buckets"].state is DocumentState.FAILED
    assert "raise --poll.timeout" in rows["rgw users"].error


def test_a_single_poll_has_what_arrived_in_time(tmp_path: Path) -> None:
    """More users than fit in the timeout: buckets are there, and so is what is known of users."""
    fake = Rgw()
    fake.users = {f"user-{number:04}": dict(QUOTAS) for number in range(50)}

    def answer(request: Request) -> Reply | None:
        return None if "user-0007" in request.path else fake(request)

    ceph = Ceph()
    ceph.documents = frozenset(script_of(ceph))
    with serve(answering(answer)) as server:
        cluster = own(tmp_path, server.url)
        config = Config({"": cluster}, Poll(Duration(15), Duration(3), Duration(60)))
        poller = Poller("", cluster, config, connect=ceph.connect)
        poller.poll(only=True)
        page, states = series(poller), _states(poller)
        poller.close()
    assert {states[name] for name in FORMATS} == {DocumentState.OK}
    assert page["ceph_rgw_users"] == "50"
    assert page["ceph_exporter_rgw_user_quotas_missing"] == "43"
    assert page['radosgw_usage_user_quota_enabled{user="user-0006"}'] == "0"
    assert page['ceph_rgw_user_buckets{user="alice",placement=""}'] == "1"


def test_buckets_are_listed_on_a_slow_clock(bench: Bench) -> None:
    """They are requested again after five minutes, and exported until then."""
    bench.aside.go.set()
    bench.until(lambda: bench.row("rgw users").state is DocumentState.OK)
    for _ in range(19):
        assert bench.poll(15)[BYTES] == "1"
    assert len(bench.aside.asked) == 2
    bench.poll(15)
    assert until(lambda: len(bench.aside.asked) == 4)


def test_an_rgw_that_fails_is_left_alone(bench: Bench) -> None:
    """Its state is that of its documents alone, and it is asked again after a minute."""
    bench.aside.go.set()
    bench.aside.error = SourceError(ErrorKind.UNREACHABLE, "timed out after 45 seconds")
    bench.until(lambda: bench.row("rgw users").state is DocumentState.FAILED)
    assert bench.row("rgw buckets").error == "timed out after 45 seconds"
    assert series(bench.poller)["ceph_up"] == "1"
    bench.poll(50)
    assert len(bench.aside.asked) == 2
    bench.poll(30)
    assert until(lambda: len(bench.aside.asked) == 4)


FS_DUMP = json.dumps(
    {"filesystems": [{"id": 1, "mdsmap": {"fs_name": "home"}}], "standbys": []}
).encode()
SESSIONS = 'ceph_fs_session_caps{fs_id="1",name="home",rank="0"}'


def test_an_rgw_that_hangs_does_not_delay_the_clients_of_file_systems() -> None:
    """Each of the two has a thread of its own."""
    bench = Bench({"cephfs_clients": True}, service_dump=DUMP, fs_dump=FS_DUMP)
    bench.poll()
    bench.until(lambda: bench.row("cephfs clients").state is DocumentState.OK)
    assert series(bench.poller)[SESSIONS] == "0"
    assert bench.row("rgw buckets").state is DocumentState.PENDING
    assert bench.aside.mds.asked == 1
    bench.aside.go.set()
    bench.poller.close()


def test_an_mds_that_hangs_does_not_delay_a_poll() -> None:
    """Health is there at once; a single poll says what to do."""
    bench = Bench({"cephfs_clients": True}, fs_dump=FS_DUMP)
    bench.aside.mds.go.clear()
    page = bench.poll()
    assert page["ceph_up"] == "1"
    assert SESSIONS not in page
    assert bench.row("cephfs clients").state is DocumentState.PENDING
    poll = Poll(Duration(15), Duration(0.2), Duration(60))
    cluster = Cluster(urls=("http://a",), api="dashboard", collectors={"cephfs_clients": True})
    poller = Poller("", cluster, Config({"": cluster}, poll), connect=bench._connect)
    rows = {row.name: row for row in poller.poll(only=True).report.documents}
    assert rows["cephfs clients"].error == (
        "no answer of the MDS in time; raise --poll.timeout if there are many clients"
    )
    bench.aside.mds.go.set()
    poller.close()
    bench.poller.close()


def test_without_a_file_system_no_mds_is_asked() -> None:
    """The documents about clients do not exist then, until there is a file system."""
    bench = Bench({"cephfs_clients": True}, fs_dump=b'{"filesystems": [], "standbys": []}')
    bench.poll(only=True)
    for name in ("fs status", "cephfs clients"):
        row = bench.row(name)
        assert (row.state, row.error) == (
            DocumentState.UNSUPPORTED,
            "the cluster has no file system",
        )
    assert bench.poller.snapshot is not None
    rows = {row.what: row for row in missing(bench.poller.snapshot.report)}
    assert rows["cephfs clients"].fix == "nothing needs to be done"
    assert not rows["cephfs clients"].fault
    bench.ceph.asked.clear()
    bench.poll(15)
    assert not any("fs status" in names for _, names in bench.ceph.asked)
    assert bench.aside.mds.asked == 0
    script_of(bench.ceph)["fs dump"] = FS_DUMP
    bench.until(lambda: bench.row("cephfs clients").state is DocumentState.OK)
    bench.poller.close()


def test_no_gateway() -> None:
    """The dashboard is not asked, as it would wait for what is not there."""
    bench = Bench(service_dump=NONE)
    bench.poll()
    row = bench.row("rgw buckets")
    assert (row.state, row.error) == (
        DocumentState.UNSUPPORTED,
        "no RADOS Gateway runs in this cluster",
    )
    bench.poll(301)
    assert bench.aside.asked == []


def test_what_was_requested_before_the_gateways_were_gone(bench: Bench) -> None:
    """It is discarded, as it would be old when they return."""
    bench.poll()
    bench.ceph.scripts["http://a"]["service dump"] = NONE
    bench.aside.go.set()
    assert until(lambda: len(bench.aside.asked) == 2)
    bench.poll(60)
    bench.poll(60)
    bench.ceph.scripts["http://a"]["service dump"] = DUMP
    assert BYTES not in bench.poll(60)


def test_the_collector_of_buckets_alone() -> None:
    """It needs the list of gateways, without which the dashboard is not asked."""
    names = {name: name == "rgw_buckets" for name in COLLECTORS}
    bench = Bench(names, service_dump=DUMP)
    bench.aside.go.set()
    page = bench.poll(only=True)
    bench.poller.close()
    assert page['radosgw_usage_bucket_objects{bucket="photos",tenant="",owner="alice"}'] == "0"


def test_unknown_gateways() -> None:
    """If the list of gateways failed, RGW may hang, so it is not asked either."""
    bench = Bench(service_dump=SourceError(ErrorKind.FAILED, "no"))
    bench.poll()
    assert bench.row("rgw users").error == (
        "not requested, because the list of gateways is unavailable"
    )
    assert bench.aside.asked == []


def test_a_cluster_that_is_down(bench: Bench) -> None:
    """Nothing is requested of RGW over an API that is gone, and nothing old is exported."""
    bench.aside.go.set()
    bench.until(lambda: bench.row("rgw users").state is DocumentState.OK)
    bench.ceph.dead["http://a"] = GONE
    bench.ceph.scripts["http://a"] = dict.fromkeys(whole(), GONE)
    assert bench.poll(15)["ceph_up"] == "0"
    assert BYTES not in bench.poll(600)
    assert len(bench.aside.asked) == 2


QUOTA_OF_BOB = 'radosgw_usage_user_quota_enabled{user="bob"}'


@pytest.mark.parametrize("is_foreign", [False, True])
def test_quotas_outlive_a_failover(tmp_path: Path, *, is_foreign: bool) -> None:
    """Quotas are requested one by one, so a new mgr continues with those that are known.

    If a URL led to another cluster, nothing that it reported is kept.
    """
    password = tmp_path / "password"
    password.write_text(SECRET)
    credentials = Credentials("prom", str(password))
    users = {"rgw/user": as_json(["alice", "bob"]), "rgw/user/alice/quota": as_json(QUOTAS)}
    first = Dashboard({**users, "rgw/user/bob/quota": as_json(QUOTAS)})
    second = Dashboard({**users, "rgw/user/bob/quota": as_json({"detail": "busy"}, 500)})
    ceph, urls, clock = Ceph(), list[str](), Clock()
    ceph.scripts["http://a"] = {**whole(), "service dump": DUMP}
    cluster = Cluster(urls=("http://a",))

    def connect(*arguments: object) -> Fake:
        if "http://a" in ceph.dead:
            raise ceph.dead["http://a"]
        server = urls.pop(0)
        return WithAside(ceph, str(arguments[1]), DashboardRgw(lambda: Http(server), credentials))

    with serve(answering(first)) as one, serve(answering(second)) as two:
        urls += [one.url, two.url, two.url]
        poller = Poller("", cluster, Config({"": cluster}), connect=connect, clock=clock)
        poller.poll(only=True)
        assert QUOTA_OF_BOB in series(poller)
        if is_foreign:
            ceph.scripts["http://a"]["quorum_status"] = QUORUM.replace(b'"x"', b'"other"')
        else:
            ceph.dead["http://a"] = ceph.scripts["http://a"]["quorum_status"] = GONE
        clock.now += 30
        poller.poll(only=True)
        ceph.dead.clear()
        ceph.scripts["http://a"]["quorum_status"] = QUORUM
        clock.now += 30
        poller.poll(only=True)
        assert any("bob" in endpoint for endpoint in second.asked)
        assert (QUOTA_OF_BOB in series(poller)) is not is_foreign
        poller.close()


def own(folder: Path, url: str) -> Cluster:
    """Return a cluster whose RGW is asked directly."""
    keys = keys_in(folder)
    return Cluster(
        urls=("http://a",),
        rgw=RgwConfig((url,), keys.access_key_file, keys.secret_key_file),
    )


def script_of(ceph: Ceph) -> Script:
    """Return the script of the only URL."""
    return ceph.scripts["http://a"]


def test_rgws_own_api(tmp_path: Path) -> None:
    """It has all documents, whatever the API of the cluster offers, and while that is down."""
    ceph, fake = Ceph(), Rgw()
    ceph.documents = frozenset(script_of(ceph))
    with serve(answering(fake)) as server:
        cluster = own(tmp_path, server.url)
        poller = Poller("", cluster, Config({"": cluster}), connect=ceph.connect)
        poller.poll(only=True)
        states = _states(poller)
        assert {states[name] for name in FORMATS} == {DocumentState.OK}
        assert series(poller)["ceph_rgw_users"] == "2"
        ceph.dead["http://a"] = GONE
        poller.close()
        poller.poll(only=True)
        assert series(poller)["ceph_up"] == "0"
        assert series(poller)["ceph_rgw_users"] == "2"
        assert _states(poller)["rgw usage"] is DocumentState.OK
        poller.close()


def _states(poller: Poller) -> dict[str, DocumentState]:
    assert poller.snapshot is not None
    return {row.name: row.state for row in poller.snapshot.report.documents}


def test_a_reload_keeps_what_takes_long(tmp_path: Path) -> None:
    """A new poller for the same cluster exports what the old one received of RGW, until it is old.

    It requests it at once.
    """
    ceph, fake, clock = Ceph(), Rgw(), Clock()
    ceph.documents = frozenset(script_of(ceph))
    with serve(answering(fake)) as server:
        cluster = own(tmp_path, server.url)
        changed = msgspec.structs.replace(cluster, collectors={"rgw_buckets": True})
        old = Poller("", cluster, Config({"": cluster}), connect=ceph.connect, clock=clock)
        old.poll(only=True)
        new = Poller("", changed, Config({"": changed}), connect=ceph.connect, clock=clock)
        new.documents.take_over(old.documents.aside())
        fake.special = dict.fromkeys(("/admin/bucket", "/admin/usage", "/admin/metadata/user"))
        asked = len(fake.asked)
        new.poll()
        assert series(new)["ceph_rgw_users"] == "2"
        assert 'radosgw_usage_bucket_objects{bucket="photos",tenant="",owner="alice"}' in (
            series(new)
        )
        assert _states(new)["rgw users"] is DocumentState.OK
        assert until(lambda: len(fake.asked) > asked)
        clock.now += 3600
        new.poll()
        assert "ceph_rgw_users" not in series(new)
        new.close()
        old.close()


def test_usage_needs_rgws_own_api() -> None:
    """Without its settings it is not among the documents; what the dashboard may offer is."""
    ceph = Ceph()
    ceph.documents = frozenset(script_of(ceph))
    cluster = Cluster(urls=("http://a",))
    poller = Poller("", cluster, Config({"": cluster}), connect=ceph.connect)
    poller.poll()
    states = _states(poller)
    assert "rgw usage" not in states
    assert states["rgw buckets"] is DocumentState.UNSUPPORTED


def test_advice(bench: Bench) -> None:
    """What is missing says where it is available, and RGW's own errors say what to do."""
    ceph = Ceph()
    ceph.documents = frozenset(script_of(ceph))
    cluster = Cluster(urls=("http://a",))
    poller = Poller("", cluster, Config({"": cluster}), connect=ceph.connect)
    rows = {row.what: row for row in missing(poller.poll().report)}
    assert rows["rgw buckets"].fix == (
        "only where RGW runs: the dashboard has it, and RGW's own API, see --cluster.rgw-url"
    )
    assert not rows["rgw buckets"].fault
    bench.aside.go.set()
    bench.aside.error = SourceError(ErrorKind.FAILED, "no; do this")
    snapshot = bench.poller.poll(only=True)
    failed = {row.what: row for row in missing(snapshot.report)}
    assert failed["rgw users"][1:3] == ("no; do this", "")
