"""The families of single OSDs."""

import pytest

from ceph_exporter.collectors.osds import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_dump import Osd, OsdDump
from ceph_exporter.facts.osd_metadata import OsdDetails, OsdMetadata
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf
from ceph_exporter.facts.osd_tree import OsdLocation, OsdTree
from tests.collectors.pages import by_family

TIB = 2**40


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)))


def osd(id_: int, *, up: bool = True, weight: float = 1) -> Osd:
    """Return an OSD of the map."""
    return Osd(id_, up, weight > 0, weight, nearfull=False, backfillfull=False, full=False)


def usage(utilization: float, size: float = TIB) -> OsdUsage:
    """Return the usage of an OSD."""
    return OsdUsage(size, size * utilization, size * (1 - utilization), utilization, reweight=1)


def test_no_facts_no_families() -> None:
    """Without documents there are no families."""
    assert page() == {}


def test_state() -> None:
    """Up, in, weight and fullness are there for each OSD, 0 when they are 0."""
    families = page(OsdDump(osds=(osd(0), osd(1, up=False, weight=0)), upmap_items=0))
    one, none = '{ceph_daemon="osd.0"}', '{ceph_daemon="osd.1"}'
    assert families["ceph_osd_up"] == [f"{one} 1", f"{none} 0"]
    assert families["ceph_osd_in"] == [f"{one} 1", f"{none} 0"]
    assert families["ceph_osd_weight"] == [f"{one} 1", f"{none} 0"]
    for name in ("ceph_osd_nearfull", "ceph_osd_backfillfull", "ceph_osd_full"):
        assert families[name] == [f"{one} 0", f"{none} 0"]
    assert families["ceph_osd_pg_upmap_items"] == [" 0"]


def test_state_before_luminous() -> None:
    """What an old map does not report is absent."""
    families = page(OsdDump(osds=(Osd(0, up=True, is_in=True, weight=1),)))
    assert not families.keys() & {"ceph_osd_full", "ceph_osd_nearfull", "ceph_osd_pg_upmap_items"}


def test_metadata() -> None:
    """Labels and their order are those of the mgr module."""
    details = OsdDetails(
        hostname="h1",
        version="ceph version 20.2.4 (7f79) tentacle (stable)",
        front_iface="eth0",
        back_iface="eth1",
        objectstore="bluestore",
        device_class="hdd",
    )
    dump = OsdDump(
        osds=(Osd(0, up=True, is_in=True, public_addr="192.0.2.1", cluster_addr="[2001:db8::1]"),)
    )
    tree = OsdTree({0: OsdLocation(device_class="ssd")})
    assert page(dump, tree, OsdMetadata({0: details}))["ceph_osd_metadata"] == [
        (
            '{back_iface="eth1",ceph_daemon="osd.0",cluster_addr="[2001:db8::1]",device_class="ssd",'
            'front_iface="eth0",hostname="h1",objectstore="bluestore",public_addr="192.0.2.1",'
            'ceph_version="ceph version 20.2.4 (7f79) tentacle (stable)"} 1'
        )
    ]


def test_an_osd_without_metadata() -> None:
    """An OSD that never booted is down, and on the page: its labels are empty."""
    families = page(OsdDump(osds=(osd(9, up=False),)), OsdMetadata({}))
    assert families["ceph_osd_up"] == ['{ceph_daemon="osd.9"} 0']
    assert families["ceph_osd_metadata"] == [
        (
            '{back_iface="",ceph_daemon="osd.9",cluster_addr="",device_class="",front_iface="",'
            'hostname="",objectstore="",public_addr="",ceph_version=""} 1'
        )
    ]


def test_disks() -> None:
    """Devices are listed by OSD, and for people by device with all its OSDs."""
    metadata = OsdMetadata(
        {
            0: OsdDetails("h1", device="/dev/dm-0", devices="sda", device_ids="sda=V_M_S"),
            1: OsdDetails("h2", device="/dev/dm-0", db_device="/dev/dm-1", wal_device="/dev/dm-2"),
            2: OsdDetails("h1", device="/dev/dm-0"),
            3: OsdDetails("h1", objectstore="memstore"),
        }
    )
    families = page(metadata)
    assert families["ceph_disk_occupation"] == [
        (
            '{ceph_daemon="osd.0",device="/dev/dm-0",db_device="",wal_device="",instance="h1",'
            'devices="sda",device_ids="sda=V_M_S"} 1'
        ),
        (
            '{ceph_daemon="osd.1",device="/dev/dm-0",db_device="/dev/dm-1",wal_device="/dev/dm-2",'
            'instance="h2",devices="N/A",device_ids="N/A"} 1'
        ),
        (
            '{ceph_daemon="osd.2",device="/dev/dm-0",db_device="",wal_device="",instance="h1",'
            'devices="N/A",device_ids="N/A"} 1'
        ),
    ]
    assert families["ceph_disk_occupation_human"] == [
        '{ceph_daemon="osd.0, osd.2",device="/dev/dm-0",instance="h1"} 1',
        '{ceph_daemon="osd.1",device="/dev/dm-0",instance="h2"} 1',
    ]


def test_latency() -> None:
    """Latencies are in milliseconds, as the mgr module has them."""
    families = page(OsdPerf({4: OsdLatency(commit_latency_ms=12, apply_latency_ms=34)}))
    assert families == {
        "ceph_osd_apply_latency_ms": ['{ceph_daemon="osd.4"} 34'],
        "ceph_osd_commit_latency_ms": ['{ceph_daemon="osd.4"} 12'],
    }


def test_location() -> None:
    """An OSD's place is one series to join with; its weight is another."""
    families = page(OsdTree({0: OsdLocation("h1", "r1", "default", "ssd", 1.5)}))
    assert families == {
        "ceph_osd_location": [
            '{ceph_daemon="osd.0",host="h1",rack="r1",root="default",device_class="ssd"} 1'
        ],
        "ceph_osd_crush_weight": ['{ceph_daemon="osd.0"} 1.5'],
    }


def test_usage() -> None:
    """Use is in bytes and ratios, under our names and under those of perf counters."""
    row = OsdUsage(4096, 1024, 2048, 0.25, 1.5, pgs=17, crush_weight=0.5, reweight=1)
    families = page(OsdDf({0: row}, average_utilization=0.2))
    values = {name: lines[0].rpartition(" ")[2] for name, lines in families.items()}
    assert values == {
        "ceph_osd_size_bytes": "4096",
        "ceph_osd_used_bytes": "1024",
        "ceph_osd_avail_bytes": "2048",
        "ceph_osd_utilization_ratio": "0.25",
        "ceph_osd_variance_ratio": "1.5",
        "ceph_osd_pgs": "17",
        "ceph_osd_crush_weight": "0.5",
        "ceph_osd_numpg": "17",
        "ceph_osd_stat_bytes": "4096",
        "ceph_osd_stat_bytes_used": "1024",
        "ceph_osds_average_utilization_ratio": "0.2",
        "ceph_osds_fullest_utilization_ratio": "0.25",
    }


def test_fullest() -> None:
    """An OSD that is out does not count as the fullest, nor one without usage."""
    out = OsdUsage(TIB, utilization=0.99, reweight=0)
    families = page(OsdDf({0: usage(0.3), 1: usage(0.7), 2: out, 3: OsdUsage(reweight=1)}))
    assert families["ceph_osds_fullest_utilization_ratio"] == [" 0.7"]
    assert "ceph_osds_fullest_utilization_ratio" not in page(OsdDf({}))


@pytest.mark.parametrize(
    ("osds", "uses", "tebibytes"),
    [
        pytest.param([osd(0), osd(1)], [0.5, 0.5], 0.5, id="each takes half, 0.25 TiB"),
        pytest.param([osd(0), osd(1)], [0.5, 0.65], 0.2, id="the fullest is nearfull first"),
        pytest.param([osd(0), osd(1)], [0.5, 0.8], 0, id="one is nearfull already"),
        pytest.param([osd(0), osd(1, weight=0)], [0.5, 0.9], 0.25, id="one is out"),
        pytest.param([osd(0), osd(1, up=False)], [0.5, 0.9], 0.25, id="one is down"),
        pytest.param([osd(0), osd(1, weight=0.25)], [0.25, 0.65], 0.5, id="reweighted: 1/5 of all"),
    ],
)
def test_headroom(osds: list[Osd], uses: list[float], tebibytes: float) -> None:
    """The room is what can be written until the first OSD reaches the nearfull ratio."""
    families = page(
        OsdDump(osds=tuple(osds), nearfull_ratio=0.75),
        OsdDf({osd.id: usage(use) for osd, use in zip(osds, uses, strict=True)}),
        OsdTree({osd.id: OsdLocation(root="default", crush_weight=2) for osd in osds}),
    )
    (line,) = families["ceph_osds_nearfull_headroom_bytes"]
    block, _, value = line.partition(" ")
    assert block == '{root="default",device_class=""}'
    assert float(value) / TIB == pytest.approx(tebibytes)


def test_headroom_by_root_and_class() -> None:
    """Roots and device classes fill up apart."""
    places = [("default", "hdd"), ("default", "ssd"), ("other", "hdd")]
    families = page(
        OsdDump(osds=tuple(map(osd, range(3))), nearfull_ratio=0.75),
        OsdDf({0: usage(0.5), 1: usage(0.25), 2: usage(0)}),
        OsdTree(
            {
                id_: OsdLocation(root=root, device_class=class_, crush_weight=1)
                for id_, (root, class_) in enumerate(places)
            }
        ),
    )
    assert families["ceph_osds_nearfull_headroom_bytes"] == [
        f'{{root="default",device_class="hdd"}} {TIB // 4}',
        f'{{root="default",device_class="ssd"}} {TIB // 2}',
        f'{{root="other",device_class="hdd"}} {TIB * 3 // 4}',
    ]


@pytest.mark.parametrize(
    "facts",
    [
        (OsdDump(osds=(osd(0),)), OsdDf({0: usage(0.5)}), OsdTree({0: OsdLocation()})),
        (OsdDump(osds=(osd(0),), nearfull_ratio=0.75), OsdDf({0: usage(0.5)})),
        (OsdDump(osds=(osd(0),), nearfull_ratio=0.75), OsdDf({0: usage(0.5)}), OsdTree({})),
        (
            OsdDump(osds=(osd(0),), nearfull_ratio=0.75),
            OsdDf({}),
            OsdTree({0: OsdLocation(crush_weight=1)}),
        ),
    ],
    ids=["no ratio", "no tree", "not in the tree", "no use"],
)
def test_headroom_that_is_not_known(facts: tuple[Fact, ...]) -> None:
    """Without one of its parts the room is absent, not 0."""
    assert "ceph_osds_nearfull_headroom_bytes" not in page(*facts)
