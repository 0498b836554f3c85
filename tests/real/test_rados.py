"""Real Ceph 16.2 and 20.2 over librados, during faults that no other API survives.

The exporter runs in a virtual environment without the module `rados`; its child is the system's
Python with librados of 16.2.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts.orch_hosts import Hosts
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.rbd_counters import RbdCounters
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from ceph_exporter.sources.rados import Rados
from testbed.ceph import CephCluster
from testbed.exporter import Exporter, run
from testbed.exporter import arguments as dashboard_arguments
from testbed.releases import PORTS, RELEASES
from testbed.waiting import wait_until
from tests.promtool import complaints
from tests.quickstart import MON_CAPS
from tests.real import parity
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real

USER = "prom"
# The releases on which data is moved.
MOVING = ["16.2.15", "20.2.4"] if os.environ.get("CEPH_EXPORTER_LONG_TESTS") else ["20.2.4"]
# A key of type aes, as every release before 20 makes it.
AES_KEY = "AQDO4gZrfPO7ChAAHmE3s3HmxdZkR/PSaGcyHA=="
# Metrics of documents that the monitors answer, and of some that the mgr answers.
MONITORS = ("health detail", "status", "quorum_status", "osd dump", "time-sync-status")
MGR = ("osd df", "osd perf", "osd pool stats")


@pytest.fixture(scope="module", params=["16.2.15", "20.2.4"])
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CephCluster]:
    """Start three monitors, two mgrs, three OSDs, with the user of the quick start."""
    name: str = request.param
    require(RELEASES[name].available(), "testbed/install-releases")
    folder = tmp_path_factory.mktemp("ceph") / name
    port = PORTS + 1400 + 100 * list(RELEASES).index(name)
    with CephCluster(folder, release=name, mgrs=2, base_port=port) as started:
        make_user(started)
        yield started


def make_user(cluster: CephCluster) -> None:
    """Make the user; on 20 with a key of a type that librados of 16 supports."""
    keyring = keyring_of(cluster)
    if cluster.release.name != "20.2.4":
        cluster.ceph("auth", "get-or-create", f"client.{USER}", "mon", MON_CAPS)
        keyring.write_text(cluster.ceph("auth", "get", f"client.{USER}"))
        return
    new = ("ceph-authtool", "-C", str(keyring), "-n", f"client.{USER}", "--cap", "mon", MON_CAPS)
    cluster.run(*new, "--add-key", AES_KEY)
    cluster.ceph("mon", "set", "auth_allowed_ciphers", "aes,aes256k")
    cluster.ceph("auth", "import", "-i", str(keyring))


def keyring_of(cluster: CephCluster) -> Path:
    """Return the file with the user's key."""
    return cluster.folder / "prom.keyring"


def arguments(cluster: CephCluster, keyring: Path) -> list[str]:
    """Return the flags that name the cluster."""
    return [
        "--cluster.api=rados",
        f"--cluster.username={USER}",
        f"--cluster.ceph-conf={cluster.folder / 'ceph.conf'}",
        f"--cluster.keyring={keyring}",
    ]


@pytest.fixture(scope="module")
def exporter(cluster: CephCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """Run an exporter of that cluster."""
    folder = tmp_path_factory.mktemp("exporter")
    with Exporter(folder, *arguments(cluster, keyring_of(cluster))) as started:
        yield started


def wait_for_documents(exporter: Exporter, names: tuple[str, ...], value: float) -> None:
    """Wait until documents are received (1) or fail (0)."""
    wanted = {frozenset({("document", name)}): value for name in names}
    exporter.wait_for(
        "ceph_exporter_document_success", lambda rows: wanted.items() <= rows.items(), 150
    )


def wait_for(exporter: Exporter, name: str, value: float, **labels: str) -> None:
    """Wait until the only sample with these labels has the value."""
    exporter.wait_for(name, lambda rows: rows.get(frozenset(labels.items())) == value, 90)


def test_every_document_is_had(cluster: CephCluster, exporter: Exporter) -> None:
    """The user of the quick start receives every document of the release; none fails."""
    wait_for_documents(exporter, MONITORS + MGR, 1)
    exporter.wait_for("ceph_exporter_document_success", lambda rows: set(rows.values()) == {1}, 120)
    (source,) = (dict(labels) for labels in exporter.series("ceph_exporter_source_info"))
    assert (source["api"], source["release"]) == ("rados", cluster.release.name)
    assert source["url"] == str(cluster.folder / "ceph.conf")


def test_skew_and_latency_are_there(exporter: Exporter) -> None:
    """Every monitor has skew and latency on every release; no clock is wrong here."""
    for name in ("ceph_monitor_latency_seconds", "ceph_monitor_clock_skew_seconds"):
        exporter.wait_for(name, lambda rows: len(rows) == 3)
    # The leader's is 0.
    exporter.wait_for(
        "ceph_monitor_latency_seconds", lambda rows: sum(n > 0 for n in rows.values()) == 2
    )


def test_promtool_accepts_the_page(exporter: Exporter) -> None:
    """Prometheus' linter has no complaints about the page."""
    assert complaints(exporter.page().encode()) == []


@pytest.mark.parametrize("cluster", MOVING, indirect=True)
def test_operations_in_progress(cluster: CephCluster, exporter: Exporter) -> None:
    """An operation has the progress and the start that Ceph reports, over rados and dashboard."""
    moving = frozenset({"kind": "osd_out", "subject": "osd.2"}.items())
    ratio, start = "ceph_progress_ratio", "ceph_progress_start_timestamp_seconds"
    is_16 = cluster.release.name == "16.2.15"
    wait_for(exporter, "ceph_progress_events", 0)
    if not is_16:
        cluster.ceph("config", "set", "mgr", "mgr/progress/allow_pg_recovery_event", "true")
    make_movable_data(cluster)
    cluster.ceph("osd", "out", "2")
    try:
        exporter.wait_for(start, lambda rows: moving in rows, 60)
        event = event_of(cluster)
        assert exporter.series(start)[moving] == event["started_at"]
        exporter.wait_for(ratio, lambda rows: rows[moving] == told_by_status(cluster, event), 60)
        wait_for(exporter, "ceph_progress_events", len(cluster.ask("status")["progress_events"]))
        page = parity.parse(run("once", *dashboard_arguments(cluster, "dashboard")).stdout)
        last = event_of(cluster)["progress"]
        assert int(100 * event["progress"]) <= 100 * page[ratio][moving] + 1e-9 <= 100 * last + 1
        # On 16, the dashboard prints a local time.
        shown = page.get(start, {}).get(moving)
        assert shown == (None if is_16 else pytest.approx(event["started_at"], abs=1e-4))
        sessions = {dict(row)["ceph_daemon"] for row in page["ceph_mon_num_sessions"]}
        assert sessions == {"mon.a", "mon.b", "mon.c"}
    finally:
        cluster.ceph("osd", "in", "2")
        for flag in BLOCKED:
            cluster.ceph("osd", "unset", flag)
    cluster.ceph("progress", "off")  # on 16, events of recovery may stay for minutes
    wait_for(exporter, "ceph_progress_events", 0)
    assert not exporter.series(ratio)


def event_of(cluster: CephCluster) -> dict[str, Any]:
    """Return the event of the OSD that is out, as `progress json` reports it."""
    events: list[dict[str, Any]] = cluster.ask("progress", "json")["events"]
    (event,) = [
        event for event in events if event["message"] == "Rebalancing after osd.2 marked out"
    ]
    return event


def told_by_status(cluster: CephCluster, event: dict[str, Any]) -> float:
    """Return the progress of an event in `status`."""
    told = cluster.ask("status")["progress_events"][event["id"]]
    assert told["message"].startswith(event["message"])
    return float(told["progress"])


BLOCKED = ("nobackfill", "norecover")


def make_movable_data(cluster: CephCluster) -> None:
    """Create a pool whose PGs move to another OSD when one is out, but only later."""
    cluster.ceph("osd", "pool", "create", "movable", "8", "8")
    cluster.ceph("osd", "pool", "set", "movable", "size", "2")
    content = cluster.folder / "movable"
    content.write_bytes(b"x")
    for number in range(6):
        cluster.run("rados", "-p", "movable", "put", f"object-{number}", str(content), timeout=60)
    for flag in BLOCKED:
        cluster.ceph("osd", "set", flag)


def test_a_wrong_key_is_one_line(cluster: CephCluster, tmp_path: Path) -> None:
    """With a refused key `once` fails with one line that says what the keyring must contain."""
    keyring = tmp_path / "keyring"
    wrong = "AQDO4gZrfPO7ChAAHmE3s3HmxdZkR/PSaGdyHA=="
    keyring.write_text(f"[client.{USER}]\n\tkey = {wrong}\n")
    done = run("once", *arguments(cluster, keyring), "--poll.timeout=60s")
    assert done.returncode == 1
    (error,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert f"ceph auth get client.{USER}" in error
    assert wrong not in done.stdout + done.stderr


def test_unreachable_monitors_are_one_line(cluster: CephCluster, tmp_path: Path) -> None:
    """If no monitor listens, the poll ends at its deadline, and the error says where to look."""
    conf = tmp_path / "ceph.conf"
    conf.write_text("[global]\nmon host = 127.0.0.1:9\n")
    flags = [f"--cluster.ceph-conf={conf}", "--poll.timeout=2s"]
    done = run("once", *arguments(cluster, keyring_of(cluster)), *flags)
    (error,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert f"no connection to the monitors that {conf} names" in error


def test_librados_of_20_knows_the_newest_keys(cluster: CephCluster, tmp_path: Path) -> None:
    """With the librados of the cluster's own release a key of that release's type works."""
    keyring = tmp_path / "keyring"
    cluster.ceph("auth", "get-or-create", "client.own", "mon", MON_CAPS)
    keyring.write_text(cluster.ceph("auth", "get", "client.own"))
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\nexec {shlex.join(cluster.release.command("/usr/bin/python3"))} "$@"\n'
    )
    python.chmod(0o755)
    credentials, conf = Credentials("own", keyring=str(keyring)), str(cluster.folder / "ceph.conf")
    source = Rados(conf, credentials, Deadline(60), [str(python)])
    try:
        answers = list(source.fetch(source.documents, Deadline(60)))
    finally:
        source.close()
    failed = {answer.documents[0]: answer.error.kind for answer in answers if answer.error}
    of_orchestrator = (fact.document for fact in (Daemons, Services, Hosts))  # there is none
    assert failed == dict.fromkeys(of_orchestrator, ErrorKind.UNSUPPORTED) | {
        RbdCounters.document: ErrorKind.DENIED,  # it needs a right on the mgr
    }
    if cluster.release.name == "20.2.4":
        with pytest.raises(SourceError, match="requires python3-rados of the cluster's release"):
            Rados(conf, credentials, Deadline(60))


def test_without_any_mgr_the_monitors_go_on(cluster: CephCluster, exporter: Exporter) -> None:
    """With both mgrs dead a stopped OSD is shown, and the mgr's documents are shown as failed.

    What the monitors repeat of the last mgr is not shown.
    """
    repeated = "ceph_cluster_total_bytes", "ceph_pg_state"
    assert all(exporter.series(name) for name in repeated)
    for name in cluster.mgrs:
        cluster.stop_mgr(name)
    wait_for_documents(exporter, MGR, 0)
    for name in repeated:
        exporter.wait_for(name, lambda rows: not rows, 90)
    cluster.stop_osd(2)
    wait_for(exporter, "ceph_osd_up", 0, ceph_daemon="osd.2")
    down = frozenset({("name", "OSD_DOWN"), ("severity", "HEALTH_WARN")})
    exporter.wait_for("ceph_health_detail", lambda rows: rows.get(down) == 1, 90)
    cluster.ceph("osd", "out", "2")
    wait_for(exporter, "ceph_osd_in", 0, ceph_daemon="osd.2")
    cluster.stop_mon("c")
    wait_for(exporter, "ceph_mon_quorum_status", 0, ceph_daemon="mon.c")
    assert set(exporter.series("ceph_up").values()) == {1}
    wait_for_documents(exporter, MONITORS, 1)
    cluster.start_mon("c")
    cluster.start_osd(2)
    cluster.ceph("osd", "in", "2")
    for name in cluster.mgrs:
        cluster.start_mgr(name)
    wait_for_documents(exporter, MONITORS + MGR, 1)
    wait_for(exporter, "ceph_osd_up", 1, ceph_daemon="osd.2")
    wait_for(exporter, "ceph_mon_quorum_status", 1, ceph_daemon="mon.c")


def test_a_lost_quorum_is_ceph_up_0(cluster: CephCluster, exporter: Exporter) -> None:
    """Without two of three monitors ceph_up is 0 within two polls, and 1 after they are back."""
    for name in "bc":
        cluster.stop_mon(name)
    wait_for(exporter, "ceph_up", 0)
    exporter.wait_for("ceph_health_status", lambda rows: not rows)
    for name in "bc":
        cluster.start_mon(name)
    wait_for(exporter, "ceph_up", 1)
    wait_for_documents(exporter, MONITORS + MGR, 1)


def test_nothing_is_left_behind(exporter: Exporter) -> None:
    """The exporter's child stops with it; no log has a traceback."""
    wait_until(lambda: len(exporter.children()) == 1, "one child", 30)
    (child,) = exporter.children()
    assert exporter.stop() == 0
    assert not Path(f"/proc/{child}").exists()
    assert "Traceback" not in exporter.log.read_text()
