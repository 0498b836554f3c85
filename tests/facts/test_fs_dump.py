"""The document `fs dump`, and `mds dump` of 9 and before: filesystems, MDSs and standbys."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.fs_dump import Filesystem, FsDump, Mds

ACTIVE = {
    "gid": 4363,
    "name": "m1",
    "rank": 0,
    "incarnation": 4,
    "state": "up:active",
    "addr": "192.0.2.1:6813/3433174142",
}
STANDBY = {
    "gid": 4301,
    "name": "m2",
    "rank": -1,
    "state": "up:standby",
    "addr": "192.0.2.2:6813/2310042043",
}
MDSMAP = {
    "epoch": 12,
    "data_pools": [2, 5],
    "metadata_pool": 1,
    "max_mds": 3,
    "in": [0, 1, 2],
    "up": {"mds_0": 4363},
    "info": {"gid_4363": ACTIVE},
    "failed": [1],
    "damaged": [2],
}
M1 = Mds("m1", 0, "up:active", "192.0.2.1:6813/3433174142")
M2 = Mds("m2", -1, "up:standby", "192.0.2.2:6813/2310042043")


def decode(wire_format: str, answer: Any) -> FsDump:  # noqa: ANN401 - any JSON
    """Decode an answer."""
    (fact,) = facts.decode(wire_format, json.dumps(answer).encode())
    assert isinstance(fact, FsDump)
    return fact


def test_fs_dump() -> None:
    """A filesystem has pools, MDSs and numbers of ranks; standbys belong to no filesystem."""
    mdsmap = {**MDSMAP, "fs_name": "shared", "standby_count_wanted": 1}
    answer = {"epoch": 12, "standbys": [STANDBY], "filesystems": [{"mdsmap": mdsmap, "id": 7}]}
    assert decode("fs dump", answer) == FsDump(
        filesystems=(
            Filesystem(
                id=7,
                name="shared",
                data_pools=(2, 5),
                metadata_pool=1,
                mds=(M1,),
                max_mds=3,
                failed=1,
                damaged=1,
                standby_count_wanted=1,
            ),
        ),
        standbys=(M2,),
    )


def test_fs_dump_of_jewel() -> None:
    """10 does not report the number of wanted standbys: it is 0."""
    decoded = decode("fs dump", {"filesystems": [{"mdsmap": MDSMAP, "id": 1}], "standbys": []})
    assert [fs.standby_count_wanted for fs in decoded.filesystems] == [0]


def test_no_filesystem() -> None:
    """A cluster without a filesystem may have standby MDSs."""
    assert decode("fs dump", {"filesystems": [], "standbys": [STANDBY]}) == FsDump((), (M2,))


def test_mds_dump() -> None:
    """Up to 9 the only MDS map is a filesystem; MDSs without a rank are standbys."""
    info = {"gid_4363": ACTIVE, "gid_4301": STANDBY}
    decoded = decode("mds dump", {**MDSMAP, "enabled": True, "fs_name": "cephfs", "info": info})
    assert decoded.standbys == (M2,)
    assert [(fs.id, fs.name, fs.mds) for fs in decoded.filesystems] == [(0, "cephfs", (M1,))]


def test_mds_dump_of_dumpling() -> None:
    """0.67 has neither `fs_name` nor `enabled` nor damaged ranks; numbers may be in quotes."""
    mds_map = {
        "data_pools": ["0"],
        "metadata_pool": "1",
        "max_mds": "1",
        "failed": [],
        "info": {"gid_4107": {**ACTIVE, "rank": "0"}},
    }
    assert decode("mds dump", mds_map) == FsDump(
        filesystems=(Filesystem(0, "cephfs", (0,), 1, (M1,), 1, 0, 0, 0),), standbys=()
    )


@pytest.mark.parametrize("off", [{"enabled": False}, {"data_pools": []}])
def test_mds_dump_without_a_filesystem(off: dict[str, object]) -> None:
    """Without pools, or disabled, the MDS map is not a filesystem: its MDSs are standbys."""
    answer = {**MDSMAP, "info": {"gid_4301": STANDBY}, **off}
    assert decode("mds dump", answer) == FsDump(filesystems=(), standbys=(M2,))


def test_another_document() -> None:
    """An answer without filesystems and standbys is rejected."""
    with pytest.raises(DecodeError, match=r"got `int` - at `filesystems`"):
        decode("fs dump", {"filesystems": 1, "standbys": "x"})


def test_a_row_that_is_no_filesystem_is_dropped() -> None:
    """A filesystem without an id costs its own series only."""
    rows = [{"mdsmap": MDSMAP}, {"mdsmap": MDSMAP, "id": 3}]
    assert [fs.id for fs in decode("fs dump", {"filesystems": rows}).filesystems] == [3]


def test_numbers_of_mdss_are_unknown_without_one_of_them() -> None:
    """Where one MDS cannot be read, there is no number of those that are active or standby."""
    dump = decode("fs dump", {"filesystems": [], "standbys": [{"name": "a"}, {"name": 7}]})
    assert [mds.name for mds in dump.standbys] == ["a"]
    assert not dump.complete
