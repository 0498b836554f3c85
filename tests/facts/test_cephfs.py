"""What the file systems' documents contain: their clients, the load of MDSs, and sessions."""

import json

import msgspec
import pytest

from ceph_exporter.facts import Check, DecodeError, Fact, Facts, Health, decode
from ceph_exporter.facts.cephfs_clients import CephfsClients, FilesystemSessions
from ceph_exporter.facts.decode import UnsupportedError
from ceph_exporter.facts.fs_dump import Filesystem, FsDump, Mds
from ceph_exporter.facts.fs_status import FsStatus, MdsLoad
from ceph_exporter.facts.mds_clients import failing

TWO = Filesystem(
    id=1,
    name="home",
    data_pools=(2,),
    metadata_pool=1,
    mds=(
        Mds("b", 1, "up:active"),
        Mds("a", 0, "up:active"),
        Mds("c", 0, "up:standby-replay"),
    ),
    max_mds=2,
    failed=0,
    damaged=0,
    standby_count_wanted=1,
)
LOAD = {"dns": 14, "inos": 16, "dirs": 12, "caps": 5}
TABLE = b"""home - 2 clients
====
+------+--------+-----+---------------+-------+-------+
| Rank | State  | MDS |    Activity   |  dns  |  inos |
+------+--------+-----+---------------+-------+-------+
"""


def status(*mdsmap: dict[str, object]) -> FsStatus:
    """Return the fact in `fs status` with these rows."""
    answer = {"clients": [{"fs": "home", "clients": 7}], "mdsmap": list(mdsmap)}
    (fact,) = decode("fs status", json.dumps(answer).encode())
    assert isinstance(fact, FsStatus)
    return fact


def rank(name: str, **fields: object) -> dict[str, object]:
    """Return the row of an active MDS."""
    return {"name": name, "rank": 0, "state": "active", "rate": 3, **LOAD, **fields}


def test_load() -> None:
    """Each MDS with a rank has the numbers that `ceph fs status` prints."""
    fact = status(rank("a"), {"name": "n", "state": "standby"}, {"rank": 1, "state": "failed"})
    assert fact.mds == {"a": MdsLoad(3, 16, 14, 12, 5)}


@pytest.mark.parametrize(
    "row",
    [
        rank("a", dns=0, inos=0, dirs=0, caps=0, rate=0),
        rank("a", state="active(laggy)"),
        {"name": "a", "rank": "0-s", "state": "standby-replay", **dict.fromkeys(LOAD, 5)},
    ],
    ids=["no counters after a failover of the mgr", "laggy", "made-up numbers of 20"],
)
def test_unknown_counters(row: dict[str, object]) -> None:
    """What the mgr does not know, or knows from before, is absent; the mgr prints a number."""
    assert status(row).mds == {}


def test_only_an_active_mds_has_requests() -> None:
    """In any other state Ceph prints a 0 in quotes."""
    assert status(rank("a", state="replay", rate="0")).mds["a"].requests is None


def test_the_dashboard() -> None:
    """It has an answer for each file system, and names some fields otherwise."""
    row = {"rank": 0, "mds": "a", "state": "active", "activity": 2.5, **LOAD}
    answers = [
        {"cephfs": {"id": 1, "name": "home", "client_count": 7, "ranks": [row]}},
        {"cephfs": {"id": 2, "name": "lab", "client_count": 1, "ranks": [row | {"mds": "x"}]}},
    ]
    (fact,) = decode("dashboard/cephfs", json.dumps(answers).encode())
    assert isinstance(fact, FsStatus)
    assert fact.clients == {"home": 7, "lab": 1}
    assert fact.mds["a"] == MdsLoad(2.5, 16, 14, 12, 5)
    assert set(fact.mds) == {"a", "x"}


def test_a_table_is_not_supported() -> None:
    """Ceph 12 to 14 print a table whatever format is requested; that is no failure."""
    with pytest.raises(UnsupportedError, match="only as a table"):
        decode("fs status", TABLE)
    with pytest.raises(DecodeError, match="malformed") as caught:
        decode("fs status", b"oops")
    assert not isinstance(caught.value, UnsupportedError)


@pytest.mark.parametrize(
    ("rows", "number"),
    [((rank("a"), rank("b")), 7), ((rank("b"),), None), ((), None)],
)
def test_clients(rows: tuple[dict[str, object], ...], number: int | None) -> None:
    """Their number is that of rank 0, and unknown while its counters are."""
    assert status(*rows).clients_of(TWO) == number


def test_clients_without_an_mds() -> None:
    """Ceph prints 0 for a file system without any MDS; its clients are unknown."""
    assert status(rank("a")).clients_of(msgspec.structs.replace(TWO, mds=())) is None


@pytest.mark.parametrize("fact", [FsStatus, CephfsClients])
def test_without_a_file_system(fact: type[FsStatus | CephfsClients]) -> None:
    """Neither document exists in a cluster that is known to have no file system."""
    assert fact.nonexistent(Facts()) == ""
    assert fact.nonexistent(Facts.of(FsDump((), ()))) == "the cluster has no file system"
    assert fact.nonexistent(Facts.of(FsDump((TWO,), ()))) == ""


def test_without_a_mgr() -> None:
    """The monitors know none of it."""
    fact: Fact = status(rank("a"))
    assert fact.without_mgr() is None


def session(**fields: object) -> dict[str, object]:
    """Return a session as the dashboard prints it."""
    return {"id": 4, "state": "open", "num_caps": 3, "num_leases": 2, **fields}


def sessions(*rows: object, status: int = 0) -> FilesystemSessions | None:
    """Return the sessions of a file system, None if they are unknown."""
    answer = [{"id": 1, "name": "home", "clients": {"status": status, "data": list(rows)}}]
    (fact,) = decode("dashboard/cephfs/clients", json.dumps(answer).encode())
    assert isinstance(fact, CephfsClients)
    return fact.filesystems[0] if fact.filesystems else None


def test_session() -> None:
    """A client reports where it runs and what it mounted, in its metadata or beside them."""
    metadata = {"entity_id": "web", "mount_point": "/srv", "pid": "1"}
    version = "ceph version 16.2.15 (618f) pacific (stable)"
    row = session(client_metadata=metadata, hostname="h", root="/a", version=version, type="kernel")
    answer = sessions(row)
    assert answer is not None
    (found,) = answer.sessions
    assert (found.user, found.mount_point, found.hostname, found.root) == (
        "web",
        "/srv",
        "h",
        "/a",
    )
    assert (found.caps, found.leases, found.requests, found.release) == (3, 2, None, 16)


@pytest.mark.parametrize("version", ["6.1.0-28-amd64", "", "Ceph", "ceph version Development"])
def test_a_version_without_a_release(version: str) -> None:
    """A client in the kernel has no release of Ceph."""
    answer = sessions(session(version=version))
    assert answer is not None
    assert answer.sessions[0].release is None


def test_texts_of_clients_are_cut() -> None:
    """A client chooses its own texts, so they are bounded."""
    long = "x" * 5000
    answer = sessions(session(hostname=long, root=None, client_metadata={"mount_point": long}))
    assert answer is not None
    (found,) = answer.sessions
    assert (len(found.hostname), found.root, len(found.mount_point)) == (200, "", 200)


@pytest.mark.parametrize("status", [1, 2, 3])
def test_old_sessions(status: int) -> None:
    """If the MDS did not answer, the dashboard repeats its last answer, which is left out."""
    assert sessions(session(), status=status) is None


def test_a_file_system_without_an_answer() -> None:
    """The others are complete nevertheless."""
    answer = [
        {"id": 1, "name": "home", "clients": None},
        {"id": 2, "name": "lab", "clients": {"status": 0, "data": []}},
    ]
    (fact,) = decode("dashboard/cephfs/clients", json.dumps(answer).encode())
    assert fact == CephfsClients((FilesystemSessions(2, "lab", ()),))


def test_an_odd_session() -> None:
    """It is left out, so the sums are incomplete."""
    answer = sessions(session(), {"id": "x"})
    assert answer is not None
    assert not answer.complete
    assert len(answer.sessions) == 1


LATE = "Client web1:home failing to respond to capability release client_id: 4305"
MANY = "Many clients (12) failing to respond to cache pressure client_count: 12"


def health(code: str, *lines: str, count: float | None = None) -> Health:
    """Return a health in which one check is raised."""
    return Health("HEALTH_WARN", {code: Check("HEALTH_WARN", "", count=count, detail=lines)})


def test_failing_clients() -> None:
    """A line names one client, or the number of many; other problems have none."""
    lines = f"mds.a(mds.0): {LATE}", f"mds.a(mds.0): {LATE}", f"mds.b(mds.1): {LATE}"
    checks = health("MDS_CLIENT_LATE_RELEASE", *lines).checks
    checks = {**checks, **health("MDS_CLIENT_RECALL_MANY", f"mds.b(mds.1): {MANY}").checks}
    assert failing(Health("HEALTH_WARN", checks), TWO) == {
        "late_release": {"a": 2, "b": 1},
        "recall": {"b": 12},
        "oldest_tid": {},
    }


@pytest.mark.parametrize("start", ["mds.a(mds.0): ", "mdsa(mds.0): ", "mds0: "])
def test_failing_clients_of_each_era(start: str) -> None:
    """Ceph 12 to 14 have no dot before the name, and Ceph 11 and earlier only the rank."""
    numbers = failing(health("MDS_CLIENT_LATE_RELEASE", start + LATE), TWO)
    assert numbers["late_release"]["a"] == 1


def test_another_file_system() -> None:
    """An MDS of another file system does not count."""
    line = f"mds.z(mds.0): {LATE}"
    assert failing(health("MDS_CLIENT_LATE_RELEASE", line), TWO)["late_release"] == {}


@pytest.mark.parametrize(
    "broken",
    [
        health("MDS_CLIENT_RECALL"),
        health("MDS_CLIENT_RECALL", "something else"),
        health("MDS_CLIENT_RECALL", f"mds.a(mds.0): {LATE}", count=2),
        health("MDS_CLIENT_RECALL", *[f"mds.a(mds.0): {LATE}"] * 50),
    ],
    ids=["no lines", "another text", "fewer lines than clients", "as many lines as Ceph prints"],
)
def test_an_unknown_number(broken: Health) -> None:
    """If Ceph does not list all clients that have a problem, only their number is unknown."""
    assert set(failing(broken, TWO)) == {"late_release", "oldest_tid"}


@pytest.mark.parametrize("field", ["detailed", "listed"])
def test_health_without_details(field: str) -> None:
    """Without the lines, or with checks missing, nothing is known."""
    part = msgspec.structs.replace(Health("HEALTH_OK"), **{field: False})
    assert failing(part, TWO) == {}
