"""The collector of filesystems and MDSs."""

import pytest

from ceph_exporter.collectors.filesystems import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.daemons import Daemon, MdsMetadata
from ceph_exporter.facts.fs_dump import Filesystem, FsDump, Mds
from ceph_exporter.facts.health import Health
from tests.collectors.pages import by_family

REEF = "ceph version 18.2.7 (6b0e98) reef (stable)"
SHARED = Filesystem(
    id=7,
    name="shared",
    data_pools=(2, 5),
    metadata_pool=1,
    mds=(
        Mds("m1", 0, "up:active", "192.0.2.1:6813/1"),
        Mds("m2", 1, "up:active", "192.0.2.2:6813/2"),
        Mds("m3", 0, "up:standby-replay", "192.0.2.3:6813/3"),
    ),
    max_mds=4,
    failed=2,
    damaged=3,
    standby_count_wanted=5,
)
DUMP = FsDump((SHARED,), (Mds("m4", -1, "up:standby", "192.0.2.4:6813/4"),))

FAMILIES = (
    "ceph_fs_metadata",
    "ceph_mds_metadata",
    "ceph_mds_state",
    "ceph_fs_max_mds",
    "ceph_fs_mds_active",
    "ceph_fs_mds_failed",
    "ceph_fs_mds_damaged",
    "ceph_fs_standbys_wanted",
    "ceph_mds_standbys",
)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)), FAMILIES)


@pytest.mark.parametrize("facts", [(), (MdsMetadata({"m1": Daemon("h1", REEF)}),)])
def test_no_map_no_families(facts: tuple[Fact, ...]) -> None:
    """Without the map of file systems there are no families, even if the MDSs have metadata."""
    assert page(*facts) == {}


def test_filesystem() -> None:
    """A filesystem's labels and their order are those of the mgr module."""
    assert page(DUMP)["ceph_fs_metadata"] == [
        '{data_pools="2,5",fs_id="7",metadata_pool="1",name="shared"} 1'
    ]


def test_ranks() -> None:
    """Ranks are counted by filesystem; an MDS that only follows another has none of its own."""
    block = '{fs_id="7",name="shared"}'
    families = page(DUMP)
    assert families["ceph_fs_max_mds"] == [f"{block} 4"]
    assert families["ceph_fs_mds_active"] == [f"{block} 2"]
    assert families["ceph_fs_mds_failed"] == [f"{block} 2"]
    assert families["ceph_fs_mds_damaged"] == [f"{block} 3"]
    assert families["ceph_fs_standbys_wanted"] == [f"{block} 5"]
    assert families["ceph_mds_standbys"] == [" 1"]


def test_mds() -> None:
    """An MDS's labels and their order are those of the mgr module, with -1 for a standby."""
    metadata = MdsMetadata({"m1": Daemon("h1", REEF), "m4": Daemon("h4", REEF)})
    dump = FsDump((Filesystem(7, "shared", (2,), 1, SHARED.mds[:1], 1, 0, 0, 0),), DUMP.standbys)
    assert page(dump, metadata)["ceph_mds_metadata"] == [
        (
            '{ceph_daemon="mds.m4",fs_id="-1",hostname="h4",public_addr="192.0.2.4:6813/4",'
            f'rank="-1",ceph_version="{REEF}"}} 1'
        ),
        (
            '{ceph_daemon="mds.m1",fs_id="7",hostname="h1",public_addr="192.0.2.1:6813/1",'
            f'rank="0",ceph_version="{REEF}"}} 1'
        ),
    ]


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(MdsMetadata({"m9": Daemon("h9", REEF)}), id="not in the metadata"),
        pytest.param(Health("HEALTH_OK", {}, era="0.94 to 11"), id="no such document up to 11"),
    ],
)
def test_an_mds_without_metadata(fact: Fact) -> None:
    """An MDS without metadata is on the page, with empty labels."""
    assert page(FsDump((), DUMP.standbys), fact)["ceph_mds_metadata"] == [
        (
            '{ceph_daemon="mds.m4",fs_id="-1",hostname="",public_addr="192.0.2.4:6813/4",'
            'rank="-1",ceph_version=""} 1'
        )
    ]


def test_metadata_that_is_unavailable() -> None:
    """Without the document no MDS is shown as one without host and version."""
    assert "ceph_mds_metadata" not in page(DUMP)
    assert "ceph_mds_metadata" not in page(DUMP, Health("HEALTH_OK", {}))


def test_states() -> None:
    """Each MDS has the state that it is in, and no other."""
    assert page(DUMP)["ceph_mds_state"] == [
        '{ceph_daemon="mds.m4",fs_id="-1",state="up:standby"} 1',
        '{ceph_daemon="mds.m1",fs_id="7",state="up:active"} 1',
        '{ceph_daemon="mds.m2",fs_id="7",state="up:active"} 1',
        '{ceph_daemon="mds.m3",fs_id="7",state="up:standby-replay"} 1',
    ]


def test_no_filesystem() -> None:
    """A cluster without file systems has 0 standbys."""
    assert page(FsDump((), ())) == {"ceph_mds_standbys": [" 0"]}
