"""Every expression of the dashboards and rules, on a real Prometheus that scrapes real clusters."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import promql_parser
import pytest

from dashboards.content.alerts import NO_ALERT
from dashboards.content.phrases import NO_DISKS, NO_FORECAST, NOTHING_BROKEN
from testbed import breakage, prometheus
from testbed.ceph import CephCluster
from testbed.exporter import Exporter, arguments
from testbed.process import CephError, free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from testbed.releases import PORTS
from testbed.waiting import wait_until
from tests.dashboards.promql import ALL, selectors
from tests.deploy.rules import groups
from tests.golden.eras import FIXTURES
from tests.real import made_up
from tests.real.expressions import Expression, of_dashboards, of_rules, without_data
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

BASE_PORT = PORTS + 1800
DEADLINE = 180
PROGRAMS = {"2.42": DEBIANS_OWN, "3.5": PROMETHEUS_3}
EXPRESSIONS = list(of_dashboards())
# These have data on any healthy cluster of Ceph 14 and later, over any API.
ALWAYS = [one for one in EXPRESSIONS if not one.quiet]
# These need requests to a RADOS Gateway or to RBD images that all have the feature fast-diff, a
# daemon that restarts, or OSDs with BlueStore.
NOT_TRIED = (
    "Ceph object gateways / Failed share",
    "Ceph object gateways / Operations by bucket",
    "Ceph orchestrator / Restarts",
    "Ceph OSDs / DB",
    "Ceph OSD / DB",
    "Ceph OSD / Latency of operations",
    "Ceph RBD images / Latency",
    "Ceph RBD images / Used",
)
CONFIGURATION = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: {rules}
scrape_configs:
  - job_name: ceph
    static_configs:
      - {{targets: {pair}, labels: {{cluster: pair}}}}
      - {{targets: {demo}}}
      - {{targets: {recordings}}}
  - job_name: prometheus
    static_configs:
      - {{targets: {itself}}}
"""


@pytest.fixture(scope="module")
def everything(folder: Path) -> Iterator[CephCluster]:
    """Start a cluster with a filesystem and pools, for these tests to break."""
    with CephCluster(folder / "everything", base_port=BASE_PORT, mds=1, pools=True) as started:
        yield started


@pytest.fixture(scope="module")
def pair(everything: CephCluster, folder: Path) -> Iterator[list[str]]:
    """Run two exporters of that cluster, one per API; return their targets."""
    with (
        Exporter(folder, *arguments(everything, "dashboard")) as one,
        Exporter(folder, *arguments(everything, "restful"), "--collector.perf_counters") as other,
    ):
        yield [one.target, other.target]


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[str]:
    """Run an exporter of the two simulated clusters; return its target."""
    with Exporter(folder, "--demo") as started:
        yield started.target


@pytest.fixture(scope="module")
def recordings(folder: Path) -> Iterator[str]:
    """Run an exporter of several clusters, which adds the label `cluster`; return its target."""
    eras = {f"v{era.partition('.')[0]}": FIXTURES / era for era in ("0.80", "10", "16", "18", "20")}
    eras["made-up"] = made_up.write(folder / "made-up")
    clusters: dict[str, dict[str, object]] = {
        name: {"api": "recording", "urls": [str(url)]} for name, url in eras.items()
    }
    sessions = {
        "collectors": {"cephfs_clients": True, "rbd_images": True},
        "cephfs_clients": {"each": True},
    }
    clusters["v16"] |= sessions
    clusters["v20"] |= {"collectors": {"rgw_buckets": True, "rbd_images": True}}
    file = folder / "recordings.yml"
    file.write_text(json.dumps({"clusters": clusters}))
    with Exporter(folder, f"--config.file={file}") as started:
        yield started.target


@pytest.fixture(scope="module")
def fleets(
    folder: Path, pair: list[str], demo: str, recordings: str
) -> Iterator[dict[str, Prometheus]]:
    """Run each Prometheus on several clusters, one of them with a pair of exporters."""
    started = {}
    with ExitStack() as stack:
        for name, program in PROGRAMS.items():
            require(prometheus.available(program), "testbed/install")
            port = free_port()
            configuration = CONFIGURATION.format(
                rules=json.dumps([str(rules_without_intervals(folder))]),
                pair=json.dumps(pair),
                demo=json.dumps([demo]),
                recordings=json.dumps([recordings]),
                itself=json.dumps([f"127.0.0.1:{port}"]),
            )
            server = Prometheus(
                folder / f"fleet-{name}", port=port, configuration=configuration, program=program
            )
            started[name] = stack.enter_context(server)
        yield started


@pytest.fixture(params=PROGRAMS)
def fleet(request: pytest.FixtureRequest, fleets: dict[str, Prometheus]) -> Prometheus:
    """Yield each server."""
    return fleets[request.param]


def rules_without_intervals(folder: Path) -> Path:
    """Write the rules with an evaluation interval of a second; return the file."""
    evaluated = [{"name": group["name"], "rules": group["rules"]} for group in groups()]
    file = folder / "ceph.rules.yml"
    file.write_text(json.dumps({"groups": evaluated}))
    return file


def all_give_data(
    server: Prometheus, expected: list[Expression], chosen: dict[str, str] = ALL
) -> None:
    """Wait until every expression had data at least once; fail with those that had none."""
    left = expected

    def none_left() -> bool:
        nonlocal left
        left = without_data(server, left, chosen)
        if left:
            raise CephError("\n" + "\n".join(f"{one.where}: {one.text}" for one in left))
        return True

    wait_until(none_left, "data of every expression", DEADLINE)


def test_all_panels_have_data_without_a_label(scraped: Prometheus) -> None:
    """With one cluster, whose series have no label `cluster`, and two exporters all have data."""
    all_give_data(scraped, ALWAYS)


@pytest.mark.parametrize("release_cluster", ["20.2.4"], indirect=True)
def test_all_panels_have_data_of_the_newest_release(
    release_cluster: CephCluster, folder: Path
) -> None:
    """On a cluster of Ceph 20, over the dashboard's API, all have data."""
    with (
        Exporter(folder, *arguments(release_cluster, "dashboard")) as exporter,
        Prometheus(
            folder / "newest", port=free_port(), targets=[exporter.target], program=PROMETHEUS_3
        ) as server,
    ):
        all_give_data(server, ALWAYS)


def test_all_panels_have_data_of_one_cluster_of_several(fleet: Prometheus) -> None:
    """When the selected cluster has a pair of exporters, all have data."""
    all_give_data(fleet, ALWAYS, ALL | {"cluster": "pair"})


def test_an_exporter_of_several_clusters_has_data(fleet: Prometheus) -> None:
    """The metrics of the process are shown whichever of its clusters is selected."""
    own = [one for one in ALWAYS if " and on (job, instance) " in one.text]
    assert own
    all_give_data(fleet, own, ALL | {"cluster": "v18"})


def test_other_programs_are_left_out(fleet: Prometheus) -> None:
    """`All` of the variable job selects exporters only: other programs are not shown."""
    itself = fleet.url.removeprefix("http://")
    fleet.wait_for(f'process_resident_memory_bytes{{instance="{itself}"}}')
    for one in EXPRESSIONS:
        assert itself not in {labels.get("instance") for labels, _ in one.ask(fleet, ALL)}


def test_what_is_quiet_speaks_when_something_is_wrong(
    fleets: dict[str, Prometheus], everything: CephCluster
) -> None:
    """Expressions without data on a healthy cluster have data once there is a cause.

    The cause is real where possible; otherwise it is simulated, recorded or invented. Not tried:
    what takes days of growth, damaged objects or disks, and alerts, which have their own tests.
    """
    breakage.hurt(everything)
    impossible = {NO_FORECAST, NOTHING_BROKEN, NO_ALERT, NO_DISKS}
    for server in fleets.values():
        tried = [one for one in EXPRESSIONS if not one.where.startswith(NOT_TRIED)]
        all_give_data(server, [one for one in tried if one.quiet not in impossible])
    breakage.repair(everything)


def test_the_rules_look_at_what_is_there(fleet: Prometheus) -> None:
    """Recording rules have data; alerts are valid, and each of their metrics has samples."""
    rules = list(of_rules())
    all_give_data(fleet, [one for one in rules if not one.quiet])
    without_data(fleet, rules, ALL)
    names = {
        str(selector.name)
        for rule in rules
        for selector, _ in selectors(promql_parser.parse(rule.text))
    }
    names -= {rule.where.removeprefix("record ") for rule in rules if rule.quiet}
    all_give_data(fleet, [Expression("rules", f"count({name})", "") for name in sorted(names)])
