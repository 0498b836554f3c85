"""The collectors of file systems' clients and sessions."""

from collections.abc import Iterable

import msgspec
import pytest

from ceph_exporter.collectors import cephfs, cephfs_clients
from ceph_exporter.facts import Df, Fact, Facts, FsDump, Health
from ceph_exporter.facts.cephfs_clients import CephfsClients, FilesystemSessions, Session
from ceph_exporter.facts.df import PoolUsage, Space
from ceph_exporter.facts.fs_dump import Filesystem, Mds
from ceph_exporter.facts.fs_status import FsStatus, MdsLoad
from ceph_exporter.metric import Columns, Family, Value

FS = 'fs_id="7",name="shared"'
SHARED = Filesystem(
    id=7,
    name="shared",
    data_pools=(2, 5),
    metadata_pool=1,
    mds=(
        Mds("m1", 0, "up:active"),
        Mds("m2", 1, "up:active"),
        Mds("m3", 0, "up:standby-replay"),
    ),
    max_mds=2,
    failed=0,
    damaged=0,
    standby_count_wanted=1,
)
ONE = FsDump((msgspec.structs.replace(SHARED, mds=SHARED.mds[:1]),), ())


def shown(families: Iterable[Family]) -> dict[str, dict[str, Value]]:
    """Return the values by name and labels; those that are unknown are absent."""
    found: dict[str, dict[str, Value]] = {}
    for metric, samples in families:
        assert not isinstance(samples, Columns)
        found[metric.name] = {block: value for block, value in samples if value is not None}
    return found


def series(*facts: Fact) -> dict[str, Value]:
    """Return the values of the collector cephfs by series."""
    return {
        f"{name}{{{block}}}": value
        for name, rows in shown(cephfs.collect(Facts.of(*facts))).items()
        for block, value in rows.items()
    }


def test_clients_and_load() -> None:
    """Each MDS has the label that it has in the mgr module."""
    status = FsStatus({"shared": 3}, {"m1": MdsLoad(1.5, 16, 14, 12, 5)})
    assert series(ONE, status) == {
        f"ceph_fs_clients{{{FS}}}": 3,
        'ceph_mds_requests_per_second{ceph_daemon="mds.m1"}': 1.5,
        'ceph_mds_mem_ino{ceph_daemon="mds.m1"}': 16,
        'ceph_mds_mem_dn{ceph_daemon="mds.m1"}': 14,
        'ceph_mds_mem_dir{ceph_daemon="mds.m1"}': 12,
        'ceph_mds_mem_cap{ceph_daemon="mds.m1"}': 5,
    }


def test_pools() -> None:
    """Each pool has its file system and type; one that is unknown is absent."""
    pools = (
        PoolUsage(1, "meta", stored=10, bytes_used=30, max_avail=100),
        PoolUsage(2, "data", stored=20, bytes_used=60),
    )
    found = series(ONE, Df(Space(), pools=pools))
    meta, data = f'{FS},pool_id="1",type="metadata"', f'{FS},pool_id="2",type="data"'
    assert found == {
        f"ceph_fs_pool_used_bytes{{{meta}}}": 30,
        f"ceph_fs_pool_used_bytes{{{data}}}": 60,
        f"ceph_fs_pool_stored_bytes{{{meta}}}": 10,
        f"ceph_fs_pool_stored_bytes{{{data}}}": 20,
        f"ceph_fs_pool_avail_bytes{{{meta}}}": 100,
    }


def test_no_failing_clients() -> None:
    """A healthy MDS has 0 for each problem, and a standby has nothing."""
    found = series(FsDump((SHARED,), ()), Health("HEALTH_OK"))
    assert set(found.values()) == {0}
    assert len(found) == 6


def test_unknown_failing_clients() -> None:
    """Without details of health checks there is no number."""
    assert series(ONE, Health("HEALTH_OK", detailed=False)) == {}


def client(number: int, caps: int | None = 1, **fields: object) -> Session:
    """Return a session with other values for some fields."""
    row = Session(
        id=number,
        state="open",
        type="userspace",
        version="ceph version 18.2.7 (6b0e) reef (stable)",
        hostname="h",
        root="/",
        mount_point="/mnt",
        user="web",
        caps=caps,
        leases=2,
        requests=0,
    )
    return msgspec.structs.replace(row, **fields)


def sessions(
    *rows: Session, complete: bool = True, each: bool = False, limit: int = 1000
) -> dict[str, dict[str, Value]]:
    """Return the values of the collector cephfs_clients by name and labels."""
    fact = CephfsClients((FilesystemSessions(7, "shared", rows, complete),))
    return shown(cephfs_clients.collect(Facts.of(fact), cephfs_clients.Options(each, limit)))


RANK = f'{FS},rank="0"'


def test_sums() -> None:
    """By default there are only sums, and the oldest release among the clients."""
    old = "ceph version 14.2.22 (ca74) nautilus (stable)"
    kernel = client(3, type="kernel", version="6.1.0", state="stale")
    assert sessions(client(1, 4), client(2, requests=5, version=old), kernel) == {
        "ceph_fs_sessions": {f'{RANK},state="open"': 2, f'{RANK},state="stale"': 1},
        "ceph_fs_session_caps": {RANK: 6},
        "ceph_fs_session_leases": {RANK: 6},
        "ceph_fs_session_requests_in_flight": {RANK: 5},
        "ceph_fs_client_oldest_release": {FS: 14},
    }


def test_no_sessions() -> None:
    """A file system without clients has sums of 0, and no oldest release."""
    found = sessions()
    assert found["ceph_fs_sessions"] == {f'{RANK},state="open"': 0, f'{RANK},state="stale"': 0}
    assert found["ceph_fs_session_caps"] == {RANK: 0}
    assert found["ceph_fs_client_oldest_release"] == {}


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (client(2, None), "ceph_fs_session_caps"),
        (client(2, leases=None), "ceph_fs_session_leases"),
        (client(2, requests=None), "ceph_fs_session_requests_in_flight"),
        (client(2, state=""), "ceph_fs_sessions"),
    ],
)
def test_a_sum_over_an_unknown_number_is_unknown(row: Session, name: str) -> None:
    """It costs that sum alone."""
    found = sessions(client(1), row)
    assert [metric for metric, rows in found.items() if not rows] == [name]


def test_incomplete_sessions() -> None:
    """If a session could not be read, no sum is known; the clients that were read are."""
    found = sessions(client(1), complete=False, each=True)
    assert found["ceph_fs_session_caps"] == {}
    assert found["ceph_fs_client_caps"] == {'fs_id="7",client="1"': 1}


def test_each_client() -> None:
    """Those with the most capabilities come first, up to the limit."""
    found = sessions(client(1, 4), client(2, None), client(3, 9), each=True, limit=2)
    assert found["ceph_fs_client_caps"] == {
        'fs_id="7",client="3"': 9,
        'fs_id="7",client="1"': 4,
    }
    assert found["ceph_exporter_cephfs_clients_cut"] == {"": 1}
    of_client = 'hostname="h",user="web",root="/",mount_point="/mnt",type="userspace"'
    version = 'version="ceph version 18.2.7 (6b0e) reef (stable)"'
    assert f'{FS},client="3",{of_client},{version}' in found["ceph_fs_client_info"]
