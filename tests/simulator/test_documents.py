"""The documents of simulated clusters: each decodes, and together they fill the page."""

from pathlib import Path
from types import ModuleType

import pytest

from ceph_exporter import facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.facts import DOCUMENTS, RegistrationError
from ceph_exporter.facts.command import release_key
from ceph_exporter.facts.registry import REGISTRY
from ceph_exporter.metric import Metric
from ceph_exporter.simulator import Api, jewel, reef, reef_dashboard
from ceph_exporter.simulator.simulated import check, expected, names
from ceph_exporter.simulator.timeline import INCIDENTS
from tests.golden.files import STALE, simulated_page
from tests.simulator.pages import ALL, facts_of, simulated, values

HELD = [None, (), *((incident,) for incident in INCIDENTS), tuple(INCIDENTS)]

SIMULATORS: dict[Api, ModuleType] = {
    "rest-api": jewel,
    "restful": reef,
    "dashboard": reef_dashboard,
}

# Metrics that their release reports and that no simulated cluster shows, and why.
NOT_SHOWN: dict[Api, dict[str, str]] = {
    "restful": {
        "ceph_monitor_avail_percent": "only while a monitor's disk is full, which no incident is",
        "ceph_monitor_store_capacity_bytes": "only while a monitor's store is too big",
        "ceph_stretch_mode_sites": "the cluster is on one site",
        "ceph_stretch_mode_degraded": "the cluster is on one site",
        "ceph_stretch_mode_recovering": "the cluster is on one site",
        "ceph_monitor_tiebreaker": "the cluster is on one site",
        "ceph_health_mute_sticky": "nobody mutes a check",
        "ceph_rbd_mirror_entries_behind": "only the dashboard reports it",
        "ceph_rbd_mirror_images": "only the dashboard reports it",
        "ceph_rbd_mirror_pool_health": "only the dashboard reports it",
        "ceph_rbd_mirror_until_synced_seconds": "only the dashboard reports it",
        "ceph_health_mute_expiry_timestamp_seconds": "nobody mutes a check",
    },
    "rest-api": {},
    "dashboard": {
        "ceph_monitor_avail_percent": "only while a monitor's disk is full, which no incident is",
        "ceph_monitor_store_capacity_bytes": "only while a monitor's store is too big",
        "ceph_health_mute_sticky": "nobody mutes a check",
        "ceph_health_mute_expiry_timestamp_seconds": "nobody mutes a check",
        "ceph_pgs_remapped": "the dashboard does not report it",
        "ceph_recovery_io_objects": "the dashboard reports the bytes only",
        "ceph_rbd_mirror_metadata": "the dashboard lists no services except RGW",
        "ceph_stretch_mode_sites": "the cluster is on one site",
        "ceph_stretch_mode_degraded": "the cluster is on one site",
        "ceph_stretch_mode_recovering": "the cluster is on one site",
        "ceph_monitor_tiebreaker": "the cluster is on one site",
        "ceph_progress_start_timestamp_seconds": "the dashboard prints it without a time zone",
        "ceph_osd_used_data_bytes": "the dashboard does not report it",
        "ceph_osd_used_meta_bytes": "the dashboard does not report it",
        "ceph_osd_used_omap_bytes": "the dashboard does not report it",
        "ceph_fs_client_caps": "only if each client is exported",
        "ceph_fs_client_info": "only if each client is exported",
        "ceph_fs_client_leases": "only if each client is exported",
        "ceph_fs_client_requests_in_flight": "only if each client is exported",
        "ceph_exporter_cephfs_clients_cut": "only if each client is exported",
    },
}


def reports(release: str, metric: Metric) -> bool:
    """Return whether a release reports a metric, according to its declaration."""
    since, until = metric.since or "0", metric.until or "9999"
    return release_key(since) <= release_key(release) <= release_key(until)


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize("api", ALL)
def test_each_document_decodes(api: Api, held: tuple[str, ...] | None) -> None:
    """In each incident, the exporter decodes every document of the simulator."""
    cluster = simulated(1000.0, held)
    for name in set(names(api)) & set(facts.wire_formats()):
        assert facts.decode(name, cluster.body(api, name) or b"")


@pytest.mark.parametrize("api", ALL)
def test_each_document_that_is_requested_is_answered_or_absent(api: Api) -> None:
    """The simulator answers what the registry has for its release, or says why it does not."""
    simulator = SIMULATORS[api]
    registered = expected(api, simulator.RELEASE)
    assert registered == set(names(api)) - {"fsid", "health", "df"} | set(simulator.ABSENT)
    assert all(simulator.ABSENT.values())


@pytest.mark.parametrize(
    ("table", "changes", "text"),
    [
        pytest.param("ANSWERS", {"osd df": None}, "does not answer 'osd df'", id="forgotten"),
        pytest.param("ANSWERS", {"osd pf": reef}, "nobody requests 'osd pf'", id="misspelt"),
        pytest.param("ABSENT", {"osd df": "why"}, "remove 'osd df' from ABSENT", id="answered"),
        pytest.param("ABSENT", {"osd pf": "why"}, "remove 'osd pf' from ABSENT", id="unknown"),
    ],
)
def test_an_incomplete_simulator_is_an_error(
    table: str, changes: dict[str, object], text: str
) -> None:
    """Whatever is wrong with its tables, the error names the file to edit."""
    simulator = ModuleType(reef.__name__)
    vars(simulator).update(RELEASE="18.2", ANSWERS=reef.ANSWERS, ABSENT=reef.ABSENT)
    changed = {**vars(simulator)[table], **changes}
    kept = {name: value for name, value in changed.items() if value is not None}
    setattr(simulator, table, kept)
    with pytest.raises(RegistrationError) as error:
        check("restful", simulator)
    assert str(error.value).startswith("ceph_exporter/simulator/reef/__init__.py: ")
    assert text in str(error.value)


@pytest.mark.parametrize("api", ALL)
def test_an_unknown_document_has_no_answer(api: Api) -> None:
    """An unknown name has no document."""
    assert simulated().body(api, "osd nonsense") is None


@pytest.mark.parametrize("api", ALL)
def test_each_metric_is_shown_or_has_a_reason_not_to_be(api: Api) -> None:
    """Every declared metric of the release is on a page of the cluster, except those listed."""
    clusters = [simulated(200.0, held) for held in HELD]
    shown = {name for cluster in clusters for name, _ in values(cluster, api)}
    available = {
        fact.document for fact in DOCUMENTS.values() if facts_of(clusters[0], api).get(fact)
    }
    declared = {
        metric.name
        for collector in COLLECTORS.values()
        for metric in collector.metrics
        if metric.document in available
    }
    release = SIMULATORS[api].RELEASE
    silent = {
        metric.name
        for collector in COLLECTORS.values()
        for metric in collector.metrics
        if metric.document in available and not reports(release, metric)
    }
    assert declared - shown == silent | NOT_SHOWN[api].keys()


def test_documents_that_jewel_does_not_have() -> None:
    """The documents that Jewel lacks are those whose commands came later, and those without one."""
    shown = facts_of(simulated(), "rest-api")
    missing = {fact.document for fact in DOCUMENTS.values() if shown.get(fact) is None}
    later = {
        row.name
        for row in REGISTRY
        if not row.commands or release_key(row.since) > release_key(jewel.RELEASE)
    }
    assert missing == later | {"osd metadata"}
    assert later > {"mgr dump", "perf counters"}


@pytest.mark.parametrize("api", ALL)
def test_the_page_is_the_golden_one(api: Api) -> None:
    """The samples of a cluster in which everything goes wrong at once are the golden ones."""
    golden = (Path(__file__).parent / f"{api}.txt").read_text("utf-8")
    assert simulated_page(api) == golden, STALE
