"""The document `osd dump`: the OSD maps of all releases."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.map_pools import ErasureProfile, Pool
from ceph_exporter.facts.osd_dump import (
    Osd,
    OsdDump,
    RawOsdDump,
    Stretch,
    decode_osd_dump,
    from_raw,
)

RATIOS = {"full_ratio": 0.95, "backfillfull_ratio": 0.9, "nearfull_ratio": 0.85}


def osd(**fields: object) -> dict[str, object]:
    """Return one row of an OSD that is up and in."""
    return {
        "osd": 7,
        "uuid": "x",
        "up": 1,
        "in": 1,
        "weight": 1,
        "state": ["exists", "up"],
        **fields,
    }


def pool(**fields: object) -> dict[str, object]:
    """Return one row of a pool."""
    return {"pool": 1, "pool_name": "rbd", "type": 1, **fields}


def decode(**fields: object) -> OsdDump:
    """Decode a map with these fields."""
    return decode_text(json.dumps({"epoch": 42, "flags": "", "osds": [], **fields}))


def odd(**fields: object) -> OsdDump:
    """Decode a map of which some fields have an unexpected type."""
    (fact,) = facts.decode("osd dump", json.dumps({"osds": [], **fields}).encode())
    assert isinstance(fact, OsdDump)
    return fact


def decode_text(text: str) -> OsdDump:
    """Decode an answer."""
    (fact,) = decode_osd_dump(text.encode())
    assert isinstance(fact, OsdDump)
    return fact


def test_luminous_and_later() -> None:
    """An OSD has its state, reweight and addresses; from 12 on, the map has ratios."""
    row = osd(public_addr="192.0.2.7:6801/12", cluster_addr="198.51.100.7:6803/12")
    fact = decode(**RATIOS, osds=[row], pg_upmap_items=[{"pgid": "1.0", "mappings": []}])
    assert fact.osds == (
        Osd(
            id=7,
            up=True,
            is_in=True,
            weight=1,
            nearfull=False,
            backfillfull=False,
            full=False,
            public_addr="192.0.2.7",
            cluster_addr="198.51.100.7",
        ),
    )
    assert (fact.full_ratio, fact.backfillfull_ratio, fact.nearfull_ratio) == (0.95, 0.9, 0.85)
    assert (fact.epoch, fact.upmap_items) == (42, 1)


def test_before_luminous() -> None:
    """Numbers in quotes are numbers; fields that old maps do not have are None."""
    fact = decode(osds=[osd(weight="0.500000", up=0)])
    assert fact.osds == (Osd(id=7, up=False, is_in=True, weight=0.5),)
    assert fact.nearfull_ratio is fact.blocklist is fact.upmap_items is None


@pytest.mark.parametrize("state", ["nearfull", "backfillfull", "full"])
def test_state(state: str) -> None:
    """An OSD that is nearly full has one of three states."""
    (decoded,) = decode(**RATIOS, osds=[osd(state=["exists", state, "up"])]).osds
    states = {name: getattr(decoded, name) for name in ("nearfull", "backfillfull", "full")}
    assert states == dict.fromkeys(states, False) | {state: True}


def test_ratios_that_are_not_set() -> None:
    """Until an upgrade to 12 is complete, the ratios are 0: ratios and states become None."""
    fact = decode(**dict.fromkeys(RATIOS, 0), osds=[osd()])
    assert fact.full_ratio is fact.backfillfull_ratio is fact.nearfull_ratio is None
    assert fact.osds[0].full is None


@pytest.mark.parametrize(
    ("addr", "host"),
    [
        ("127.0.0.1:6801/123", "127.0.0.1"),
        ("[2001:db8::7]:6801/123", "[2001:db8::7]"),
        (":/0", ""),
        ("-", ""),
        ("(unrecognized address family 0)/0", ""),
        ("", ""),
    ],
)
def test_address(addr: str, host: str) -> None:
    """Port and nonce of an address are removed; an OSD that never booted has no address."""
    (decoded,) = decode(osds=[osd(public_addr=addr, cluster_addr=addr)]).osds
    assert (decoded.public_addr, decoded.cluster_addr) == (host, host)


def test_flags() -> None:
    """Flags are split at commas; an empty string has no flags."""
    assert decode(flags="noout,nodeep-scrub,sortbitwise").flags == (
        "noout",
        "nodeep-scrub",
        "sortbitwise",
    )
    assert decode().flags == ()


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ({"blacklist": ["2013-09-01 10:00:00.0"]}, 1),
        ({"blacklist": {"192.0.2.1:0/1": "2013-09-01", "192.0.2.2:0/1": "2013-09-01"}}, 2),
        ({"blacklist": {}}, 0),
        ({"blocklist": {"192.0.2.1:0/1": "2024-09-01"}, "range_blocklist": {}}, 1),
        ({"blocklist": {"a": "b"}, "range_blocklist": {"192.0.2.0/24": "2024-09-01"}}, 2),
    ],
)
def test_blocklist(field: dict[str, object], count: int) -> None:
    """The blocklist is called blacklist up to 15, first is a list, and has ranges from 16 on."""
    assert decode(**field).blocklist == count


def test_pool_of_today() -> None:
    """A pool has a target of pg_num, a mode of the autoscaler, applications and options."""
    row = pool(
        size=3,
        min_size=2,
        pg_num=32,
        pg_placement_num=16,
        pg_num_target=64,
        pg_autoscale_mode="warn",
        quota_max_bytes=1000,
        quota_max_objects=0,
        options={"compression_mode": "aggressive", "pg_num_min": 1, "target_size_ratio": 0.5},
        application_metadata={"cephfs": {"data": "shared"}, "rbd": {}},
    )
    assert decode(pools=[row]).pools == (
        Pool(
            id=1,
            name="rbd",
            type="replicated",
            size=3,
            min_size=2,
            pg_num=32,
            pgp_num=16,
            pg_num_target=64,
            pg_autoscale_mode="warn",
            quota_max_bytes=1000,
            quota_max_objects=0,
            applications=("cephfs", "rbd"),
            compression_mode="aggressive",
        ),
    )


def test_pool_before_luminous() -> None:
    """Up to 11, applications and targets do not exist."""
    row = pool(pg_num=8, pg_placement_num=8)
    (decoded,) = decode(pools=[row]).pools
    assert (decoded.pg_num, decoded.pgp_num) == (8, 8)
    assert decoded.applications == ()
    assert decoded.pg_num_target is None
    assert decoded.pg_autoscale_mode is None
    assert decoded.compression_mode == "none"


def test_erasure_code() -> None:
    """An erasure coded pool names its profile; k and m are strings in the map."""
    profiles = {
        "ec21": {"k": "2", "m": "1", "plugin": "jerasure", "technique": "reed_sol_van"},
        "odd": {"k": "many", "m": "9" * 5000, "plugin": "lrc"},
    }
    row = pool(type=3, erasure_code_profile="ec21")
    fact = decode(pools=[row, pool(type=9)], erasure_code_profiles=profiles)
    assert [row.type for row in fact.pools] == ["erasure", "unknown"]
    assert fact.erasure_code_profiles[fact.pools[0].erasure_code_profile] == ErasureProfile(2, 1)
    assert fact.erasure_code_profiles["odd"] == ErasureProfile()


def test_bare_inf() -> None:
    """18.2.0 to 18.2.4 print a bare inf in the read balance of a pool without OSDs."""
    fact = decode_text(
        '{"epoch":5,"osds":[],"pools":[{"pool":2,"pool_name":"rbd","type":1,'
        '"read_balance":{"score_acting":inf,"score_stable":-inf}}]}'
    )
    assert fact.pools[0].name == "rbd"


def test_other_document() -> None:
    """An answer without OSDs is rejected."""
    with pytest.raises(DecodeError, match="osds"):
        decode_osd_dump(b'{"epoch": 1}')


def test_the_map_inside_another_answer() -> None:
    """A map inside another answer becomes the same fact."""
    assert from_raw(RawOsdDump(osds=(), epoch=42)) == decode()


def test_flags_of_single_osds() -> None:
    """From 12 on, four flags can be set for one OSD; other states are no flags."""
    states = [["exists", "up"], ["exists", "noout", "up", "nodown"], ["exists", "autoout"]]
    fact = decode(osds=[osd(osd=id_, state=state) for id_, state in enumerate(states)])
    assert [row.flags for row in fact.osds] == [(), ("nodown", "noout"), ()]


def test_flags_of_nodes_and_classes() -> None:
    """From 14 on, they can be set for a CRUSH node or a device class; before, that is unknown."""
    fact = decode(crush_node_flags={"node1": ["noout"]}, device_class_flags={})
    assert (fact.node_flags, fact.class_flags) == ({"node1": ("noout",)}, {})
    fact = decode()
    assert (fact.node_flags, fact.class_flags) == (None, None)


def test_a_node_with_odd_flags() -> None:
    """If the flags of one node are odd, those of all are unknown: a sum would be too low."""
    assert odd(crush_node_flags={"a": ["noout"], "b": 7}).node_flags is None


def test_required_releases() -> None:
    """The releases are names, and empty before 12."""
    fact = decode(
        require_osd_release="reef", require_min_compat_client="luminous", min_compat_client="jewel"
    )
    assert fact.require_osd_release == "reef"
    assert fact.require_min_compat_client == "luminous"
    assert fact.min_compat_client == "jewel"
    assert decode().require_osd_release == ""


@pytest.mark.parametrize(
    ("raw", "stretch"),
    [
        pytest.param(
            {
                "stretch_mode_enabled": True,
                "stretch_bucket_count": 2,
                "degraded_stretch_mode": 1,
                "recovering_stretch_mode": 0,
                "stretch_mode_bucket": 8,
            },
            Stretch(enabled=True, sites=2, degraded=True, recovering=False),
            id="degraded",
        ),
        pytest.param(
            {
                "stretch_mode_enabled": False,
                "stretch_bucket_count": 0,
                "degraded_stretch_mode": 0,
                "recovering_stretch_mode": 0,
            },
            Stretch(enabled=False, sites=0, degraded=False, recovering=False),
            id="off",
        ),
        pytest.param(
            {"stretch_mode_enabled": "yes", "stretch_bucket_count": -2},
            Stretch(),
            id="odd",
        ),
    ],
)
def test_stretch_mode(raw: dict[str, object], stretch: Stretch) -> None:
    """From 16 on, the map says whether stretch mode is on, and whether a site is down."""
    assert odd(stretch_mode=raw).stretch == stretch
    assert decode().stretch is None
