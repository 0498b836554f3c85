"""RBD images over each API, compared with Ceph's own tools at the same moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from testbed import images
from testbed.bootstrap import RIGHTS
from testbed.ceph import CephCluster
from testbed.exporter import Exporter, arguments, run
from testbed.images import BLOCK, POOL, Image
from testbed.releases import PORTS, RELEASES
from testbed.waiting import wait_until
from tests.real import parity
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A cluster of its own takes longer than all that is compared in it.
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        "CEPH_EXPORTER_LONG_TESTS" not in os.environ, reason="CEPH_EXPORTER_LONG_TESTS is not set"
    ),
]

MIB = 2**20
ODD = 'a/"b" \\ \u00fc\U0001f4be'
IMAGES = (
    Image("", "vm1", 64 * MIB, snapshots=2),
    Image("", ODD, 32 * MIB),
    Image("tenant", "vm1", 16 * MIB),
)
WRITES, READS = 50, 20
NUMBERS = [
    f"{kind}_{what}" for kind in ("read", "write") for what in ("ops", "bytes", "latency_sum")
]
KEYS = {(POOL, image.namespace, image.name) for image in IMAGES}


@pytest.fixture(scope="module", params=list(RELEASES))
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CephCluster]:
    """Start a cluster with images."""
    name: str = request.param
    require(RELEASES[name].available(), "testbed/install-releases")
    folder = tmp_path_factory.mktemp("rbd") / name
    with CephCluster(folder, release=name, mons=1, base_port=PORTS + 1500) as started:
        images.make_pool(started)
        images.use(started, IMAGES)
        keyring = started.ceph("auth", "get-or-create", "client.prom", *RIGHTS)
        (started.folder / "prom.keyring").write_text(keyring)
        yield started


def rados(cluster: CephCluster) -> list[str]:
    """Return the flags for a user who may ask the mgr."""
    if cluster.release.name == "20.2.4":
        pytest.skip("the system's librados does not support the keys of this release")
    return [
        "--cluster.api=rados",
        "--cluster.username=prom",
        f"--cluster.ceph-conf={cluster.folder / 'ceph.conf'}",
        f"--cluster.keyring={cluster.folder / 'prom.keyring'}",
        "--collector.rbd_images",
    ]


def by(rows: dict[frozenset[tuple[str, str]], float], *names: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric by some of its labels."""
    found = {tuple(dict(key)[name] for name in names): value for key, value in rows.items()}
    assert len(found) == len(rows)
    return found


def test_requests(cluster: CephCluster, tmp_path: Path) -> None:
    """Each request is counted, and the counters are those of `rbd perf image counters`."""
    with Exporter(tmp_path, *rados(cluster)) as exporter:
        # The parser of the page appends `_total` to the name of every counter.
        series, labels = exporter.series, ("pool", "namespace", "image")

        def is_counting() -> bool:
            images.use(cluster, IMAGES, writes=1)
            return set(by(series("ceph_rbd_write_ops_total"), *labels)) == KEYS

        wait_until(is_counting, "counters of all images", 60)
        before = by(series("ceph_rbd_write_bytes_total"), *labels)
        images.use(cluster, IMAGES, WRITES, READS)
        added = {key: value + WRITES * BLOCK for key, value in before.items()}
        # The writes that showed that Ceph counts may arrive late, too.
        exporter.wait_for(
            "ceph_rbd_write_bytes_total",
            lambda rows: all(value >= added[key] for key, value in by(rows, *labels).items()),
            60,
        )
        exporter.wait_for(
            "ceph_rbd_read_bytes_total",
            lambda rows: all(value >= READS * BLOCK for value in by(rows, *labels).values()),
            60,
        )

        def same() -> bool:
            expected = images.counters(cluster)
            return all(
                by(series(f"ceph_rbd_{name}_total"), *labels)
                == {key: row[name.removesuffix("_sum")] for key, row in expected.items()}
                for name in NUMBERS
            )

        wait_until(same, "the counters of Ceph", 60)
        counted = by(series("ceph_rbd_write_latency_count_total"), *labels)
        assert counted == by(series("ceph_rbd_write_ops_total"), *labels)


def test_sizes(cluster: CephCluster) -> None:
    """Sizes and snapshots are those of `rbd du` and `rbd snap ls`."""
    flags = [*arguments(cluster, "dashboard"), "--collector.rbd_images", "--poll.timeout=60s"]
    found: list[parity.Page] = []

    def listed() -> bool:
        done = run("once", *flags)
        assert done.returncode == 0, done.stderr
        found[:] = [parity.parse(done.stdout)]
        return len(found[0].get("ceph_rbd_volume_size", {})) == len(IMAGES)

    wait_until(listed, "all images, of which the dashboard caches the names", 60)
    (page,) = found
    place = "pool", "namespace", "image"
    assert by(page["ceph_rbd_volume_size"], "pool", "namespace", "name") == {
        (POOL, image.namespace, image.name): image.size for image in IMAGES
    }
    assert by(page["ceph_rbd_image_snapshots"], *place) == {
        (POOL, image.namespace, image.name): image.snapshots for image in IMAGES
    }
    used = {
        (POOL, namespace, name): row["used_size"]
        for namespace in ("", images.NAMESPACE)
        for name, row in images.used(cluster, namespace).items()
    }
    assert by(page["ceph_rbd_image_used_bytes"], *place) == used
    assert list(page["ceph_rbd_pool_images"].values()) == [len(IMAGES)]
    assert list(page["ceph_rbd_pool_used_bytes"].values()) == [sum(used.values())]
    ids = {str(pool["pool"]) for pool in cluster.ask("osd", "dump")["pools"]}
    metadata = by(page["ceph_rbd_image_metadata"], "pool_id", "image_name")
    assert {pool_id for pool_id, _ in metadata} <= ids
    assert {name for _, name in metadata} == {"vm1", ODD}


def test_who_may_not(cluster: CephCluster) -> None:
    """A user of the mgr's rights only over a monitor, and restful, get a clear reason."""
    cluster.ceph("auth", "caps", "client.prom", "mon", "allow r")
    try:
        done = run("check", *rados(cluster))
    finally:
        cluster.ceph("auth", "caps", "client.prom", *RIGHTS)
    (line,) = [row for row in done.stdout.splitlines() if "not authorized" in row]
    assert "grant client.prom mon 'allow service mon r' and mgr 'allow r'" in line
    if "restful" in cluster.apis:
        done = run("check", *arguments(cluster, "restful"), "--collector.rbd_images")
        assert "not authorized" in done.stdout
        assert "only librados reports it: use --cluster.api=rados" in done.stdout
