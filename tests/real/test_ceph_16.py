"""From a real Ceph 16.2 over both of its HTTP APIs to the results of a real Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testbed.exporter import Exporter, arguments, run
from tests.mixin import RULES
from tests.promtool import complaints

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.ceph import CephCluster
    from testbed.prometheus import Prometheus, Sample

pytestmark = pytest.mark.real

MONITORS = ("a", "b", "c")


def values(samples: list[Sample]) -> list[float]:
    """Return the values of a result."""
    return [value for _, value in samples]


def by_monitor(samples: list[Sample]) -> dict[str, float]:
    """Return the values by the monitor's name."""
    return {labels["monitor"]: value for labels, value in samples}


def test_prometheus_sees_the_cluster_up_over_both_apis(scraped: Prometheus) -> None:
    """Both targets are up, and so is the cluster behind them."""
    scraped.wait_for("up == 1", lambda rows: len(rows) == 2)
    scraped.wait_for("ceph_up == 1", lambda rows: len(rows) == 2)
    scraped.wait_for("ceph_health_status == 0", lambda rows: len(rows) == 2, timeout=60)


def test_the_api_and_the_release_are_found_by_probing(scraped: Prometheus) -> None:
    """The exporter finds out which API a URL serves and which release answers."""
    rows = scraped.wait_for("ceph_exporter_source_info", lambda rows: len(rows) == 2)
    sources = {(labels["api"], labels["release"]) for labels, _ in rows}
    assert sources == {("dashboard", "16.2.15"), ("restful", "16.2.15")}


def test_every_monitor_has_its_latency(scraped: Prometheus, restful: Exporter) -> None:
    """Over restful each monitor has latency and skew; the leader's are 0, the others' are not."""
    selector = f'{{instance="{restful.target}"}}'
    rows = scraped.wait_for(f"ceph_monitor_latency_seconds{selector}", lambda rows: len(rows) == 3)
    latency = by_monitor(rows)
    assert set(latency) == set(MONITORS)
    leader = scraped.query(f"ceph_monitor_leader{selector} == 1")[0][0]["monitor"]
    assert latency[leader] == 0
    assert all(latency[name] > 0 for name in MONITORS if name != leader)


def test_every_monitor_is_in_the_quorum(scraped: Prometheus) -> None:
    """Both APIs report all three monitors in the quorum."""
    scraped.wait_for("ceph_mon_quorum_status == 1", lambda rows: len(rows) == 6)


@pytest.mark.parametrize("api", ["dashboard", "restful"])
def test_the_metrics_of_cephs_own_rules_have_samples(
    api: str, request: pytest.FixtureRequest
) -> None:
    """Every metric that the rules of Ceph's mixin use has a sample, over both APIs."""
    exporter: Exporter = request.getfixturevalue(api)
    for name in RULES:
        exporter.wait_for(name, bool, timeout=30)
        assert exporter.series(name)


def test_once_prints_a_page_that_promtool_accepts(cluster: CephCluster) -> None:
    """`once` prints the page; promtool complains only about names of Ceph's module."""
    done = run("once", *arguments(cluster, "restful"))
    assert done.returncode == 0
    assert complaints(done.stdout.encode()) == []


@pytest.mark.parametrize("api", ["dashboard", "restful"])
def test_a_recording_gives_the_same_facts(cluster: CephCluster, tmp_path: Path, api: str) -> None:
    """A recording, used as a source, has the same families as the cluster."""
    written = run("record", str(tmp_path), *arguments(cluster, api))
    assert written.returncode == 0
    replayed = run("once", f"--cluster.url={tmp_path}", "--cluster.api=recording")
    live = run("once", *arguments(cluster, api))
    assert names(replayed.stdout) == names(live.stdout)


def names(page: str) -> set[str]:
    """Return the families of a page."""
    return {line.split()[2] for line in page.splitlines() if line.startswith("# TYPE")}


def test_a_refused_login_is_one_line_and_is_not_repeated(
    cluster: CephCluster, tmp_path: Path
) -> None:
    """The error for a wrong password is one line with the remedy and without the password."""
    secret = tmp_path / "password"
    secret.write_text("not-the-password")
    flags = [flag for flag in arguments(cluster, "dashboard") if "password-file" not in flag]
    done = run("once", *flags, f"--cluster.password-file={secret}")
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert len(errors) == 1
    assert "--cluster.password-file" in errors[0]
    assert "not-the-password" not in done.stdout + done.stderr


def test_a_clock_ahead_shows_as_skew(
    cluster: CephCluster, scraped: Prometheus, restful: Exporter, dashboard: Exporter
) -> None:
    """A clock 0.4 s ahead is shown over restful, and over the dashboard while Ceph warns."""
    cluster.stop_mon("b")
    cluster.start_mon("b", faketime="+0.4s")
    for exporter in (restful, dashboard):
        rows = scraped.wait_for(
            f'ceph_monitor_clock_skew_seconds{{monitor="b",instance="{exporter.target}"}} > 0.3',
            timeout=60,
        )
        assert 0.3 < values(rows)[0] < 0.5
    scraped.wait_for('ceph_health_detail{name="MON_CLOCK_SKEW"} == 1', lambda rows: len(rows) == 2)
    cluster.stop_mon("b")
    cluster.start_mon("b")
    scraped.wait_for("ceph_health_status == 0", lambda rows: len(rows) == 2, timeout=60)


def test_a_stopped_monitor_leaves_the_quorum(cluster: CephCluster, scraped: Prometheus) -> None:
    """The quorum status of a stopped monitor is 0 until it runs again; the others' stay 1."""
    cluster.stop_mon("c")
    gone = scraped.wait_for("ceph_mon_quorum_status == 0", lambda rows: len(rows) == 2, timeout=60)
    assert {labels["ceph_daemon"] for labels, _ in gone} == {"mon.c"}
    assert len(scraped.query("ceph_mon_quorum_status == 1")) == 4
    cluster.start_mon("c")
    scraped.wait_for("ceph_mon_quorum_status == 1", lambda rows: len(rows) == 6, timeout=60)


def test_a_dead_mgr_is_ceph_up_0_and_comes_back(cluster: CephCluster, scraped: Prometheus) -> None:
    """Without its only mgr both APIs fail: ceph_up is 0 until it runs, and the targets stay up."""
    cluster.stop_mgr("x")
    scraped.wait_for("ceph_up == 0", lambda rows: len(rows) == 2)
    assert values(scraped.query("up")) == [1, 1]
    scraped.wait_for(
        "ceph_health_status or ceph_mon_quorum_status", lambda rows: not rows, timeout=30
    )
    cluster.start_mgr("x")
    scraped.wait_for("ceph_up == 1", lambda rows: len(rows) == 2, timeout=60)


def test_the_exporter_ends_on_sigterm(cluster: CephCluster, folder: Path) -> None:
    """SIGTERM stops a serving exporter with exit code 0 and without a traceback."""
    with Exporter(folder, *arguments(cluster, "restful")) as exporter:
        assert exporter.stop() == 0
    assert "Traceback" not in exporter.log.read_text()


def test_the_logs_have_a_line_a_change(dashboard: Exporter, restful: Exporter) -> None:
    """No log has a traceback, and an outage is logged once, not with every poll."""
    for exporter in (dashboard, restful):
        text = exporter.log.read_text()
        assert "Traceback" not in text
        assert text.count("cluster not reached") <= 4
