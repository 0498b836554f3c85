"""The documents about RBD: images, their counters, and mirroring."""

import json

import pytest

from ceph_exporter.facts import DecodeError, Facts, decode
from ceph_exporter.facts.rbd_counters import ImageCounters, RbdCounters
from ceph_exporter.facts.rbd_images import Held, Image, RbdImages, by_pool
from ceph_exporter.facts.rbd_mirror import ERROR, OK, WARNING, Behind, PoolOfDaemon, RbdMirror
from ceph_exporter.facts.service_dump import Service, ServiceDump

NAMES = ["write_ops", "read_ops", "write_bytes", "read_bytes", "write_latency", "read_latency"]
VM = {"name": "vm", "namespace": "", "id": "1", "size": 100, "total_disk_usage": 40}
MIRROR = Service("rbd-mirror", "4210", "a", "h", "v")


def images(*pools: object) -> RbdImages:
    """Decode a list of images by pool."""
    (fact,) = decode("dashboard/block/image", json.dumps(pools).encode())
    assert isinstance(fact, RbdImages)
    return fact


def counters(pools: object, *rows: object, names: object = NAMES) -> tuple[ImageCounters, ...]:
    """Decode counters."""
    answer = {"counter_descriptors": names, "pool_descriptors": pools, "counters": rows}
    (fact,) = decode("rbd perf image counters", json.dumps(answer).encode())
    assert isinstance(fact, RbdCounters)
    return fact.images


def summary(status: object = 0, **content: object) -> RbdMirror:
    """Decode the dashboard's summary of mirroring."""
    lists: dict[str, object] = {"image_error": [], "image_syncing": [], "image_ready": []}
    whole = {"daemons": [], "pools": [], **lists, **content}
    body = json.dumps({"status": status, "content_data": whole}).encode()
    (fact,) = decode("dashboard/block/mirroring/summary", body)
    assert isinstance(fact, RbdMirror)
    return fact


def status(report: object) -> RbdMirror:
    """Decode `service status` of one mirror daemon with a report."""
    text = report if isinstance(report, str) else json.dumps(report)
    services = {"rbd-mirror": {"4210": {"status": {"json": text}}}, "rgw": {"1": {"status": {}}}}
    (fact,) = decode("service status", json.dumps(services).encode())
    assert isinstance(fact, RbdMirror)
    return fact


def test_an_image() -> None:
    """Its sizes and the number of its snapshots; a size that Ceph did not calculate is unknown."""
    snapshots = [{"id": 4, "name": "daily"}, {"id": 5, "name": "weekly"}]
    rows = [VM | {"snapshots": snapshots}, {"name": "a", "namespace": "x", "disk_usage": None}]
    answer = images({"pool_name": "vms", "value": rows})
    assert answer == RbdImages(
        (Image("vms", "", "vm", "1", 100, 40, 2), Image("vms", "x", "a")), complete=True
    )
    assert by_pool(answer) == {"vms": Held(2, None, None, None)}


def test_a_name_is_kept_as_it_is() -> None:
    """Unicode, quotes, slashes and newlines belong to the name."""
    name = 'a/"b"\\\n\u00fc\U0001f4a9'
    (image,) = images({"pool_name": "p\u00f6ol", "value": [VM | {"name": name}]}).images
    assert (image.pool, image.name) == ("p\u00f6ol", name)
    (row,) = counters({"0": "p\u00f6ol/n\u00e4me"}, {f"0/{name}": [1, 2, 3, 4, 5, 6]})
    assert row == ImageCounters("p\u00f6ol", "n\u00e4me", name, 1, 2, 3, 4, 5, 6)


def test_sums_of_pools() -> None:
    """They count each image once, even if two pages list it, and none that is being removed."""
    removed = {"name": "gone", "source": "REMOVING"}
    answer = images(
        {"pool_name": "a", "value": [VM | {"snapshots": []}, removed]},
        {"pool_name": "a", "value": [VM | {"snapshots": [{}]}]},
        {"pool_name": "b", "value": [VM | {"snapshots": []}]},
    )
    assert by_pool(answer) == {"a": Held(1, 100, 40, 1), "b": Held(1, 100, 40, 0)}


@pytest.mark.parametrize(
    "pool",
    [
        None,
        {"pool_name": "b"},
        {"pool_name": "b", "value": [None]},
        {"pool_name": "b", "value": [VM], "status": 1},
    ],
)
def test_images_that_are_unknown(pool: object) -> None:
    """Without them there are no sums; the other images are there."""
    answer = images({"pool_name": "a", "value": [VM]}, pool)
    assert [image.pool for image in answer.images] == ["a"]
    assert not answer.complete
    assert by_pool(answer) == {}


def test_counters_by_name() -> None:
    """Their order is that of the descriptors; what is missing or impossible is unknown."""
    rows = counters({"0": "p"}, {"0/a": [5, -1, 2**64 - 1]}, names=["read_ops", "x", "read_bytes"])
    assert rows == (ImageCounters("p", "", "a", read_ops=5),)


def test_the_busier_image_of_a_name() -> None:
    """The module may still know a removed image with the name of a new one."""
    rows = counters({"0": "p"}, {"0/a": [9] * 6}, {"0/a": [1] * 6})
    assert rows == (ImageCounters("p", "", "a", 9, 9, 9, 9, 9, 9),)


@pytest.mark.parametrize("key", ["7/a", "a", "", "/a"])
def test_counters_of_an_unknown_pool(key: str) -> None:
    """They are left out."""
    assert counters({"0": "p"}, {key: [1] * 6}) == ()


def test_counting_has_just_begun() -> None:
    """The first answer is empty."""
    assert counters({}) == ()


POOL = {
    "name": "vms",
    "callouts": {},
    "image_error_count": 2,
    "image_warning_count": 0,
    "image_local_count": 5,
    "image_remote_count": 6,
}


@pytest.mark.parametrize(
    ("levels", "health"),
    [((), OK), (("info",), OK), (("warning",), WARNING), (("warning", "error"), ERROR)],
)
def test_the_health_of_a_daemon(levels: tuple[str, ...], health: int) -> None:
    """It is the worst level of what the daemon reports, the same over both APIs."""
    callouts = {str(n): {"level": level, "text": "x"} for n, level in enumerate(levels)}
    report = {"5": POOL | {"callouts": callouts}, "6": POOL | {"name": "other"}}
    (daemon,) = status(report).daemons
    assert (daemon.instance, daemon.health) == ("4210", health)
    row = {"id": "a", "instance_id": "4210", "server_hostname": "h", "status": report}
    (same,) = summary(daemons=[row]).daemons
    assert (same.name, same.hostname, same.health) == ("a", "h", health)
    assert same.pools == daemon.pools
    assert daemon.pools[0] == PoolOfDaemon("vms", 2, 0, 5, 6)


@pytest.mark.parametrize("report", ["", "x", "[]", "{}", {"5": POOL | {"callouts": None}}])
def test_a_daemon_whose_health_is_unknown(report: object) -> None:
    """It has just started, or its report is unreadable."""
    (daemon,) = status(report).daemons
    assert daemon.health is None


def test_no_daemon_without_a_status() -> None:
    """A service map without mirror daemons, and a daemon that has reported nothing."""
    (fact,) = decode("service status", b"{}")
    assert isinstance(fact, RbdMirror)
    assert fact.daemons == ()
    (fact,) = decode("service status", b'{"rbd-mirror": {"1": {}}}')
    assert isinstance(fact, RbdMirror)
    assert fact.daemons[0].health is None


def test_pools_and_images() -> None:
    """Pools without mirroring are left out; the worst image of a pool counts."""
    replaying = {"pool_name": "a", "name": "x", "state": "Replaying"}
    answer = summary(
        pools=[
            {"name": "a", "mirror_mode": "image", "health": "Warning"},
            {"name": "b", "mirror_mode": "disabled", "health": "Disabled"},
            {"name": "c", "mirror_mode": "pool", "health": "Unknown"},
        ],
        image_error=[{"pool_name": "c", "name": "z", "state": "Error"}],
        image_syncing=[
            replaying | {"entries_behind_primary": 7, "seconds_until_synced": 4},
            replaying | {"entries_behind_primary": 3, "seconds_until_synced": 9.5},
            replaying,
        ],
    )
    assert answer.pools is not None
    assert [(row.name, row.mode, row.health) for row in answer.pools] == [
        ("a", "image", WARNING),
        ("c", "pool", None),
    ]
    assert answer.states == {("a", "Replaying"): 3, ("c", "Error"): 1}
    assert answer.behind == {"a": Behind(7, 9.5), "c": Behind()}


@pytest.mark.parametrize("rows", [None, [None]])
def test_images_with_an_unknown_state(rows: object) -> None:
    """Without them no number of images is right."""
    answer = summary(image_error=rows)
    assert (answer.states, answer.behind) == (None, None)


def test_old_data_of_the_dashboard() -> None:
    """If RBD hangs, the dashboard repeats what it had before, which is an error."""
    with pytest.raises(DecodeError, match="no current data about mirroring"):
        summary(1)


def test_it_is_requested_where_a_daemon_runs() -> None:
    """A user may lack the right, which is no fault in a cluster without mirrors."""
    assert not RbdMirror.redundant(Facts.of(ServiceDump((MIRROR,))))
    assert RbdMirror.redundant(Facts.of(ServiceDump(())))
    assert RbdMirror.redundant(Facts())
