"""RGW over the dashboard and over its own API, compared with radosgw-admin at the same moment."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from testbed.ceph import CephCluster
from testbed.exporter import COMMAND, Exporter, arguments, run
from testbed.gateway import QUOTA_BYTES, QUOTA_OBJECTS, Gateway, gateway, send
from testbed.releases import PORTS, RELEASES
from tests.real import parity
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

SIZE, OBJECTS = 5000, 3
BUCKETS = (("alice", "photos"), ("alice", "logs"), ("acme$carol", "reports"))


# 18.2.7 only in the long tests, because each release takes minutes.
USED = [name for name in RELEASES if name != "18.2.7" or os.environ.get("CEPH_EXPORTER_LONG_TESTS")]


@pytest.fixture(scope="module", params=USED)
def rgw(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Start a cluster of each release that has RGW here, with buckets of two users."""
    release = RELEASES[request.param]
    require(release.available(), "testbed/install-releases")
    if shutil.which("radosgw", path=f"{release.usr}/bin") is None:
        pytest.skip(f"Ceph {release.name} has no radosgw here")
    folder = tmp_path_factory.mktemp("rgw") / release.name
    base = PORTS + 1400
    with (
        CephCluster(folder, release=release.name, base_port=base) as cluster,
        gateway(cluster, base + 19) as started,
    ):
        for user, bucket in BUCKETS:
            fill(started, user, bucket)
        yield started


def fill(rgw: Gateway, user: str, bucket: str) -> None:
    """Create a bucket with objects, read one of them and one that does not exist."""
    assert send(rgw, user, "PUT", f"/{bucket}").is_success
    for number in range(OBJECTS):
        assert send(rgw, user, "PUT", f"/{bucket}/object-{number}", bytes(SIZE)).is_success
    assert send(rgw, user, "GET", f"/{bucket}/object-0").is_success
    assert send(rgw, user, "GET", f"/{bucket}/nothing").is_client_error


def own(rgw: Gateway) -> list[str]:
    """Return the flags for RGW's own API."""
    return [
        f"--cluster.rgw-url={rgw.url}",
        f"--cluster.rgw-access-key-file={rgw.access_key_file}",
        f"--cluster.rgw-secret-key-file={rgw.secret_key_file}",
    ]


def flags(rgw: Gateway, way: str) -> list[str]:
    """Return the flags for the dashboard alone, or for RGW's own API beside it."""
    of_cluster = [*arguments(rgw.cluster, "dashboard"), "--collector.rgw_buckets"]
    return of_cluster + (own(rgw) if way == "own" else [])


def page_of(rgw: Gateway, way: str) -> parity.Page:
    """Return the page that `once` prints."""
    done = run("once", *flags(rgw, way), "--poll.timeout=30s")
    assert done.returncode == 0, done.stderr
    return parity.parse(done.stdout)


def by(page: parity.Page, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric by some of its labels."""
    rows = {tuple(dict(key)[label] for label in labels): value for key, value in page[name].items()}
    assert len(rows) == len(page[name])
    return rows


def eventually(check: Callable[[], object], timeout: float = 60.0) -> None:
    """Repeat a comparison until it holds: figures and page are not of exactly the same moment."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        with suppress(AssertionError):
            check()
            return
        time.sleep(1)
    check()


def check_buckets(rgw: Gateway, way: str) -> None:
    """Compare each bucket with `radosgw-admin bucket stats`."""
    page, stats = page_of(rgw, way), rgw.admin("bucket", "stats")
    figures = {
        "ceph_rgw_bucket_size": "size",
        "radosgw_usage_bucket_bytes": "size_actual",
        "radosgw_usage_bucket_utilized_bytes": "size_utilized",
        "radosgw_usage_bucket_objects": "num_objects",
    }
    for name, field in figures.items():
        assert by(page, name, "bucket", "tenant", "owner") == {
            (row["bucket"], row["tenant"], row["owner"]): row["usage"]
            .get("rgw.main", {})
            .get(field, 0)
            for row in stats
        }
    shards = {(row["bucket"],): row["num_shards"] for row in stats}
    assert by(page, "radosgw_usage_bucket_shards", "bucket") == shards
    assert {bucket for (bucket,) in shards} == {name for _, name in BUCKETS}
    users = by(page, "ceph_rgw_user_bytes", "user")
    assert users == {("alice",): 2 * OBJECTS * SIZE, ("acme$carol",): OBJECTS * SIZE}
    used = by(page, "ceph_rgw_user_quota_used_ratio", "user")
    assert used == {("alice",): 2 * OBJECTS / QUOTA_OBJECTS}


@pytest.mark.parametrize("way", ["dashboard", "own"])
def test_buckets(rgw: Gateway, way: str) -> None:
    """Each has the figures of `radosgw-admin bucket stats`, also summed up by user."""
    eventually(lambda: check_buckets(rgw, way))


@pytest.mark.parametrize("way", ["dashboard", "own"])
def test_users(rgw: Gateway, way: str) -> None:
    """All users count; the quota is that of `radosgw-admin user info`."""
    page = page_of(rgw, way)
    names = rgw.admin("user", "list")
    assert list(page["ceph_rgw_users"].values()) == [len(names)]
    enabled = by(page, "radosgw_usage_user_quota_enabled", "user")
    assert enabled == {(name,): name == "alice" for name in names}
    sizes = by(page, "radosgw_usage_user_quota_size_bytes", "user")
    assert sizes[("alice",)] == QUOTA_BYTES
    objects = by(page, "radosgw_usage_user_quota_size_objects", "user")
    assert objects[("alice",)] == QUOTA_OBJECTS
    info = rgw.admin("user", "info", "--uid=alice")["user_quota"]
    assert (info["max_size"], info["max_objects"]) == (QUOTA_BYTES, QUOTA_OBJECTS)


def check_usage(rgw: Gateway) -> None:
    """Compare the traffic with `radosgw-admin usage show`."""
    page = page_of(rgw, "own")
    shown = rgw.admin("usage", "show")["entries"]
    fields = {
        "radosgw_usage_ops_total": "ops",
        "radosgw_usage_successful_ops_total": "successful_ops",
        "radosgw_usage_sent_bytes_total": "bytes_sent",
        "radosgw_usage_received_bytes_total": "bytes_received",
    }
    for name, field in fields.items():
        sums: dict[tuple[str, ...], float] = {}
        for entry in shown:
            for bucket in entry["buckets"]:
                for row in bucket["categories"]:
                    key = bucket["bucket"] or "bucket_root", entry["user"], row["category"]
                    sums[key] = sums.get(key, 0) + row[field]
        assert by(page, name, "bucket", "owner", "category") == sums
    ops = by(page, "ceph_rgw_user_ops_total", "user", "category")
    assert ops[("alice", "put_obj")] == 2 * OBJECTS


def test_usage(rgw: Gateway) -> None:
    """Requests and bytes are those of the usage log."""
    eventually(lambda: check_usage(rgw))


def test_gateways(rgw: Gateway) -> None:
    """Zone and zonegroup are those of the service map."""
    (labels,) = (dict(key) for key in page_of(rgw, "dashboard")["ceph_rgw_daemon_info"])
    assert (labels["ceph_daemon"], labels["zone"]) == ("rgw.lab", "default")
    assert labels["zonegroup"] == "default"
    assert f" {rgw.cluster.release.name} " in labels["ceph_version"]


def test_the_counters_grow(rgw: Gateway, tmp_path: Path) -> None:
    """They count on while the log is trimmed, and each poll reads the last hours only."""
    key = frozenset({"user": "alice", "category": "list_bucket"}.items())

    def count(rows: dict[frozenset[tuple[str, str]], float]) -> float:
        return rows.get(key, 0.0)

    with Exporter(tmp_path, *flags(rgw, "own")) as exporter:
        name = "ceph_rgw_user_ops_total"
        for _ in range(5):
            send(rgw, "alice", "GET", "/photos")
        exporter.wait_for(name, lambda rows: count(rows) >= 5, 60)
        before = count(exporter.series(name))
        rgw.cluster.run("radosgw-admin", "usage", "trim", "--uid=alice")
        for _ in range(3):
            send(rgw, "alice", "GET", "/photos")
        exporter.wait_for(name, lambda rows: count(rows) == before + 3, 60)
        assert exporter.series("ceph_exporter_document_success")[
            frozenset({("document", "rgw usage")})
        ]


@pytest.mark.parametrize("way", ["dashboard", "own"])
def test_a_gateway_that_hangs(rgw: Gateway, tmp_path: Path, way: str) -> None:
    """Polls stay on time, and nothing else is missing."""
    with Exporter(tmp_path, *flags(rgw, way)) as exporter:
        exporter.wait_for("ceph_rgw_users", bool, 60)
        os.kill(rgw.daemon.pid, signal.SIGSTOP)
        try:
            for _ in range(5):
                time.sleep(1)
                assert set(exporter.series("ceph_up").values()) == {1}
                assert set(exporter.series("ceph_health_status").values()) <= {0, 1}
                (seconds,) = exporter.series("ceph_exporter_poll_duration_seconds").values()
                assert seconds < 3
        finally:
            os.kill(rgw.daemon.pid, signal.SIGCONT)


def test_a_wrong_key(rgw: Gateway, tmp_path: Path) -> None:
    """The error is one line that names the file; the rest of the page is there."""
    wrong = tmp_path / "wrong"
    wrong.write_text("WRONG")
    bad = [*flags(rgw, "own")[:-1], f"--cluster.rgw-secret-key-file={wrong}"]
    done = run("check", *bad, "--poll.timeout=30s")
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if "SignatureDoesNotMatch" in line]
    assert len(lines) == 3
    assert all(str(wrong) in line for line in lines)


def test_a_clock_that_differs(rgw: Gateway) -> None:
    """The error says by how much; the rest of the page is there."""
    command = ("faketime", "-f", "+3600s", *COMMAND, "check", *flags(rgw, "own"))
    command += ("--poll.timeout=30s",)  # each of the three documents gets a third
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if "RequestTimeTooSkewed" in line]
    assert len(lines) == 3
    assert all(re.search(r"clock is 3[56][0-9]{2} s ahead of RGW's", line) for line in lines)


def test_the_record_has_no_secrets(rgw: Gateway, tmp_path: Path) -> None:
    """Neither the keys of users nor that of the exporter are in any file."""
    for way in ("dashboard", "own"):
        done = run("record", str(tmp_path / way), *flags(rgw, way), "--poll.timeout=30s")
        assert done.returncode == 0, done.stderr
    files: dict[str, str] = {
        str(file): file.read_text() for file in tmp_path.rglob("*") if file.is_file()
    }
    assert any(name.endswith("rgw/usage.json") for name in files)
    assert any(name.endswith("dashboard/rgw_user.json") for name in files)
    keys = [key for pair in rgw.keys.values() for key in pair]
    assert not [name for name, text in files.items() if any(key in text for key in keys)]
