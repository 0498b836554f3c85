"""What is asked about RBD beside the polls, and what stands in its way."""

import json
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest

from ceph_exporter.config import Cluster, Config, Poll
from ceph_exporter.config.units import Duration
from ceph_exporter.deadline import Deadline
from ceph_exporter.polling.advice import missing
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import ErrorKind, SourceError
from tests.sources.faulty import until
from tests.sources.scripted import Ceph, Clock, Fake, series, whole

VERSIONS = json.dumps({"rbd-mirror": {"ceph version 16.2.15": 1}}).encode()
NO_MIRROR = b'{"mon": {"ceph version 16.2.15": 3}}'
GATEWAY = json.dumps([{"id": "a", "service_map_id": "1"}]).encode()
INACTIVE = json.dumps(
    {
        "status": "HEALTH_WARN",
        "checks": {"PG_AVAILABILITY": {"severity": "HEALTH_WARN", "summary": {"message": "x"}}},
    }
).encode()
IMAGES = b'[{"pool_name": "vms", "value": [{"name": "vm1", "size": 100}]}]'
MIRRORING = json.dumps(
    {"status": 0, "content_data": {"daemons": [{"instance_id": "1", "status": {}}]}}
).encode()
SIZE = 'ceph_rbd_volume_size{pool="vms",id="",name="vm1",namespace=""}'


class Aside:
    """A source of slow documents. go: set once it may answer."""

    def __init__(self, about: str, many: str, **formats: str) -> None:
        self.about, self.many = about, many
        self.formats: Mapping[str, str] = MappingProxyType(
            {name.replace("_", " "): wire_format for name, wire_format in formats.items()}
        )
        self.documents = frozenset(self.formats)
        self.go = threading.Event()
        self.asked: list[str] = []

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Answer."""
        self.asked.append(document)
        if not self.go.wait(deadline.left):
            raise SourceError(ErrorKind.UNREACHABLE, f"no answer of {self.about} in time")
        return {"rbd images": IMAGES, "service status": MIRRORING}.get(document, b"[]")

    def close(self) -> None:
        """Do nothing."""


class WithAsides(Fake):
    """A source with documents of RGW and of RBD beside the polls, as the dashboard."""

    asides: tuple[Aside, ...] = ()


class Bench:
    """A poller of a cluster over the dashboard, with all collectors of RBD."""

    def __init__(self, **script: bytes) -> None:
        self.clock = Clock()
        self.ceph = Ceph()
        self.rgw = Aside("RGW", "buckets", rgw_buckets="rgw/bucket", rgw_users="rgw/user")
        self.rbd = Aside(
            "RBD",
            "images",
            service_status="dashboard/block/mirroring/summary",
            rbd_images="dashboard/block/image",
        )
        answers = {name.replace("_", " "): answer for name, answer in script.items()}
        self.ceph.scripts["http://a"] = {**whole(), **answers}
        cluster = Cluster(urls=("http://a",), api="dashboard", collectors={"rbd_images": True})
        config = Config({"": cluster}, Poll(Duration(15), Duration(1), Duration(60)))
        self.poller = Poller("", cluster, config, connect=self._connect, clock=self.clock)

    def _connect(self, *arguments: object) -> Fake:
        source = WithAsides(self.ceph, str(arguments[1]))
        source.asides = self.rgw, self.rbd
        return source

    def poll(self, *, only: bool = False) -> dict[str, str]:
        """Poll and return the page."""
        self.poller.poll(only=only)
        return series(self.poller)

    def row(self, name: str) -> DocumentRow:
        """Return the state of a document."""
        assert self.poller.snapshot is not None
        return next(row for row in self.poller.snapshot.report.documents if row.name == name)

    def close(self) -> None:
        """End the requests."""
        self.rgw.go.set()
        self.rbd.go.set()
        self.poller.close()


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    """Return a list; the benches in it are closed at the end."""
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.close()


def bench_with(benches: list[Bench], **script: bytes) -> Bench:
    """Return a bench that is closed at the end."""
    benches.append(Bench(**script))
    return benches[-1]


def test_images_and_mirroring(benches: list[Bench]) -> None:
    """Both are requested, mirroring first, and no poll waits for them."""
    bench = bench_with(benches, versions=VERSIONS)
    assert bench.poll()["ceph_up"] == "1"
    bench.rbd.go.set()

    def polled() -> bool:
        return SIZE in bench.poll()

    assert until(polled)
    assert bench.rbd.asked == ["service status", "rbd images"]
    assert bench.row("service status").state is DocumentState.OK


def test_an_rgw_that_hangs_does_not_delay_rbd(benches: list[Bench]) -> None:
    """Each has a thread of its own; a single poll says which of the two is late."""
    dump = json.dumps({"services": {"rgw": {"daemons": {"1": {"metadata": {"id": "a"}}}}}})
    bench = bench_with(benches, versions=VERSIONS, service_dump=dump.encode())
    bench.rbd.go.set()
    assert SIZE in bench.poll(only=True)
    assert bench.rgw.asked == ["rgw buckets", "rgw users"]  # which share the time
    assert "no answer of RGW in time" in bench.row("rgw buckets").error
    assert "many buckets" in bench.row("rgw buckets").error


def test_an_rbd_that_hangs(benches: list[Bench]) -> None:
    """It costs its own documents only."""
    bench = bench_with(benches, versions=VERSIONS)
    assert bench.poll(only=True)["ceph_up"] == "1"
    assert bench.row("rbd images").error == (
        "no answer of RBD in time; raise --poll.timeout if there are many images"
    )


def test_inactive_pgs(benches: list[Bench]) -> None:
    """RBD is not asked, because each request would hang and occupy a thread of the mgr."""
    bench = bench_with(benches, versions=VERSIONS, health_detail=INACTIVE)
    bench.poll()
    for name in ("rbd images", "service status"):
        assert bench.row(name).state is DocumentState.FAILED
        assert "while PGs are inactive (PG_AVAILABILITY)" in bench.row(name).error
    assert bench.rbd.asked == []


def test_no_mirror_daemon(benches: list[Bench]) -> None:
    """The dashboard is not asked for mirroring."""
    bench = bench_with(benches, versions=NO_MIRROR)
    bench.rbd.go.set()
    bench.poll(only=True)
    assert bench.rbd.asked == ["rbd images"]
    row = bench.row("service status")
    assert (row.state, row.error) == (
        DocumentState.UNSUPPORTED,
        "no RBD mirror daemon runs in this cluster",
    )


def test_unknown_daemons(benches: list[Bench]) -> None:
    """If the list of daemons failed, mirroring is not requested either."""
    bench = bench_with(benches)
    bench.poll()
    assert bench.row("service status").error == (
        "not requested, because the list of daemons is unavailable"
    )


def test_advice(benches: list[Bench]) -> None:
    """What only one API reports says which."""
    bench = bench_with(benches, versions=VERSIONS)
    bench.ceph.documents = frozenset(whole())
    snapshot = bench.poller.poll()
    rows = {row.what: row for row in missing(snapshot.report)}
    assert "--cluster.api=rados" in rows["rbd perf image counters"].fix
    assert "--cluster.api=dashboard" in rows["rbd images"].fix
    assert not rows["rbd images"].fault


@pytest.mark.parametrize(("services", "asked"), [("rbd-mirror", True), ("rgw", False)])
def test_mirroring_with_the_other_documents(services: str, asked: bool) -> None:
    """Where it needs no pool, it is requested in each poll, once a mirror daemon is known."""
    ceph = Ceph()
    dump = {"services": {services: {"daemons": {"1": {"metadata": {"id": "a"}}}}}}
    ceph.scripts["http://a"]["service dump"] = json.dumps(dump).encode()
    cluster = Cluster(urls=("http://a",))
    poller = Poller("", cluster, Config({"": cluster}), connect=ceph.connect)
    poller.poll()
    poller.close()
    assert any("service status" in names for _, names in ceph.asked) is asked
