"""The collectors of RBD images and of mirroring."""

import pytest

from ceph_exporter.collectors import rbd_images, rbd_mirror
from ceph_exporter.collectors.rbd_images import Options
from ceph_exporter.facts import Fact, Facts, OsdDump
from ceph_exporter.facts.map_pools import Pool
from ceph_exporter.facts.rbd_counters import ImageCounters, RbdCounters
from ceph_exporter.facts.rbd_images import Image, RbdImages
from ceph_exporter.facts.rbd_mirror import (
    Behind,
    MirrorDaemon,
    MirroredPool,
    PoolOfDaemon,
    RbdMirror,
)
from ceph_exporter.facts.service_dump import Service, ServiceDump
from tests.collectors.pages import by_family, by_series

ODD = 'a/"b"\n\u00fc'
ESCAPED = 'a/\\"b\\"\\n\u00fc'
BUSY = ImageCounters("vms", "", "busy", 50, 60, 500, 600, 5000, 6000)
IDLE = ImageCounters("vms", "tenant", ODD, 1, 0, 10, 0, 100, 0)
LARGE = Image("vms", "", "large", "1", 1000, 400, 2)
SMALL = Image("vms", "tenant", "small", "2", 100, None, 0)
POOLS = OsdDump((), pools=(Pool(7, "vms", "replicated"),))


def series(options: Options, *facts: Fact) -> dict[str, str]:
    """Return the values of the collector `rbd_images` by series."""
    return by_series(rbd_images.collect(Facts.of(*facts), options))


def mirror(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines of the collector `rbd_mirror` by family."""
    return by_family(rbd_mirror.collect(Facts.of(*facts)))


def test_no_facts_no_families() -> None:
    """Without the documents there are no families."""
    assert series(Options()) == {}
    assert mirror() == {}


def test_requests_of_an_image() -> None:
    """They have the names, the labels and the units of Ceph's mgr module."""
    labels = f'{{pool="vms",namespace="tenant",image="{ESCAPED}"}}'
    assert series(Options(), RbdCounters((IDLE,))) == {
        f"ceph_rbd_write_ops{labels}": "1",
        f"ceph_rbd_read_ops{labels}": "0",
        f"ceph_rbd_write_bytes{labels}": "10",
        f"ceph_rbd_read_bytes{labels}": "0",
        f"ceph_rbd_write_latency_sum{labels}": "100",
        f"ceph_rbd_write_latency_count{labels}": "1",
        f"ceph_rbd_read_latency_sum{labels}": "0",
        f"ceph_rbd_read_latency_count{labels}": "0",
        "ceph_exporter_rbd_counters_cut": "0",
    }


def test_images_and_pools() -> None:
    """Unknown sizes are absent; an image in a namespace has no metadata, as in the module."""
    large, small = (
        f'{{pool="vms",namespace="{row.namespace}",image="{row.name}"}}' for row in (LARGE, SMALL)
    )
    assert series(Options(), RbdImages((LARGE, SMALL)), POOLS) == {
        'ceph_rbd_volume_size{pool="vms",id="1",name="large",namespace=""}': "1000",
        'ceph_rbd_volume_size{pool="vms",id="2",name="small",namespace="tenant"}': "100",
        f"ceph_rbd_image_used_bytes{large}": "400",
        f"ceph_rbd_image_snapshots{large}": "2",
        f"ceph_rbd_image_snapshots{small}": "0",
        'ceph_rbd_image_metadata{pool_id="7",image_name="large"}': "1",
        'ceph_rbd_pool_images{pool="vms"}': "2",
        'ceph_rbd_pool_provisioned_bytes{pool="vms"}': "1100",
        'ceph_rbd_pool_snapshots{pool="vms"}': "2",
        "ceph_exporter_rbd_images_cut": "0",
    }


def test_images_of_one_name_in_two_namespaces() -> None:
    """The metadata is that of the image outside of namespaces, whichever is larger."""
    inner, outer = (Image("vms", namespace, "a", namespace) for namespace in ("tenant", ""))
    for rows in ((inner, outer), (outer, inner)):
        found = series(Options(), RbdImages(rows), POOLS)
        assert found['ceph_rbd_image_metadata{pool_id="7",image_name="a"}'] == "1"


def test_the_id_of_a_pool_is_unknown() -> None:
    """Then there is no metadata."""
    rows = series(Options(), RbdImages((LARGE,)))
    assert not any("metadata" in name for name in rows)


def test_the_busiest_and_the_largest_come_first() -> None:
    """What exceeds the limit is counted; the sums of pools are not limited."""
    rows = series(Options(limit=8), RbdCounters((IDLE, BUSY)), RbdImages((SMALL, LARGE)), POOLS)
    assert rows["ceph_exporter_rbd_counters_cut"] == "8"
    assert {name for name in rows if "ceph_rbd_read_ops" in name} == {
        'ceph_rbd_read_ops{pool="vms",namespace="",image="busy"}'
    }
    assert rows["ceph_exporter_rbd_images_cut"] == "0"
    rows = series(Options(limit=5), RbdImages((SMALL, LARGE)), POOLS)
    assert rows["ceph_exporter_rbd_images_cut"] == "2"
    assert rows['ceph_rbd_pool_images{pool="vms"}'] == "2"
    assert {name for name in rows if "volume" in name} == {
        'ceph_rbd_volume_size{pool="vms",id="1",name="large",namespace=""}'
    }


@pytest.mark.parametrize(
    ("include", "exclude", "names"),
    [
        ("*", "", {"large", "small"}),
        ("vms/*", "", {"large", "small"}),
        ("vms/tenant/*", "", {"small"}),
        ("*", "vms/tenant/*", {"large"}),
        ("l*, x", "", {"large"}),
        ("rbd/*", "", set()),
    ],
)
def test_choice(include: str, exclude: str, names: set[str]) -> None:
    """A pattern with a slash is for the pool and the namespace, too."""
    rows = RbdImages((LARGE, SMALL, Image("vms", None, "unknown", size=1)))
    found = series(Options(include, exclude), rows)
    shown = {name.split('name="')[1].split('"')[0] for name in found if "volume_size" in name}
    assert shown == names


FIRST = PoolOfDaemon("vms", 1, 0, 5, 6)
SECOND = PoolOfDaemon("vms", 2, None)


def test_daemons() -> None:
    """Over librados, name and host come from the service map; errors are sums over daemons."""
    rows = (
        MirrorDaemon("1", "", "", 0, (FIRST,)),
        MirrorDaemon("2", "", "", None, (SECOND,)),
        MirrorDaemon("3", "", "", 2, ()),
    )
    services = (Service("rbd-mirror", "1", "a", "h1", "v"), Service("rgw", "3", "b", "h2", "v"))
    assert mirror(RbdMirror(rows), ServiceDump(services)) == {
        "ceph_rbd_mirror_daemon_health": [
            '{ceph_daemon="rbd-mirror.1",id="a",hostname="h1"} 0',
            '{ceph_daemon="rbd-mirror.3",id="",hostname=""} 2',
        ],
        "ceph_rbd_mirror_image_errors": ['{pool="vms"} 3'],
        "ceph_rbd_mirror_local_images": ['{pool="vms"} 5'],
        "ceph_rbd_mirror_remote_images": ['{pool="vms"} 6'],
    }


def test_mirrored_pools_and_images() -> None:
    """States that rules use are exported even if no image has them."""
    answer = RbdMirror(
        (MirrorDaemon("1", "a", "h", 0, ()),),
        (MirroredPool("vms", "pool", 1), MirroredPool("rbd", "image", None)),
        {("vms", "Replaying"): 4},
        {"vms": Behind(12, 3.5)},
    )
    assert mirror(answer) == {
        "ceph_rbd_mirror_daemon_health": ['{ceph_daemon="rbd-mirror.1",id="a",hostname="h"} 0'],
        "ceph_rbd_mirror_pool_health": ['{pool="vms",mode="pool"} 1'],
        "ceph_rbd_mirror_images": [
            '{pool="vms",state="error"} 0',
            '{pool="vms",state="unknown"} 0',
            '{pool="vms",state="replaying"} 4',
        ],
        "ceph_rbd_mirror_entries_behind": ['{pool="vms"} 12'],
        "ceph_rbd_mirror_until_synced_seconds": ['{pool="vms"} 3.5'],
    }
