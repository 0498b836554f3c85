"""The documents of simulated clusters: each decodes, and together they fill the page."""

from pathlib import Path

import pytest

from ceph_exporter import facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.facts import DOCUMENTS
from ceph_exporter.simulator import Api
from ceph_exporter.simulator.simulated import names
from ceph_exporter.simulator.timeline import INCIDENTS
from ceph_exporter.sources.commands import COMMANDS, wire_format_of
from ceph_exporter.sources.restful import ENDPOINTS
from tests.golden.files import STALE, simulated_page
from tests.simulator.pages import APIS, known, simulated, values

HELD = [None, (), *((incident,) for incident in INCIDENTS), tuple(INCIDENTS)]

# Documents that no command of the era has, and asked for by other names than the simulator's.
NOT_ASKED = {"fsid", "health", "df"}
LATER = {
    *("time-sync-status", "mgr dump", "service dump", "versions", "features", "mon metadata"),
    *("mgr metadata", "mds metadata", "osd metadata", "crash ls", "device ls"),
    *("balancer status", "mds dump", "restful/perf"),
}

# Metrics that no simulated cluster shows, and why.
NOT_SHOWN: dict[Api, dict[str, str]] = {
    "restful": {
        **{
            f"ceph_monitor_{name}": "left Ceph's answers with 12"
            for name in (
                *("capacity_bytes", "used_bytes", "avail_bytes", "report_age_seconds"),
                *("store_sst_bytes", "store_log_bytes", "store_misc_bytes"),
            )
        },
        "ceph_monitor_avail_percent": "only while a monitor's disk is full, which no incident is",
        "ceph_monitor_store_capacity_bytes": "only while a monitor's store is too big",
        "ceph_health_mute_sticky": "nobody mutes a check",
        "ceph_health_mute_expiry_timestamp_seconds": "nobody mutes a check",
    },
    "rest-api": {
        **{
            f"ceph_cluster_by_class_total_{name}": "came with 14"
            for name in ("bytes", "used_bytes", "avail_bytes", "used_raw_bytes", "used_raw_ratio")
        },
        **{
            f"ceph_osd_{name}": "came with 12"
            for name in (
                *("nearfull", "backfillfull", "full", "pg_upmap_items"),
                *("nearfull_ratio", "backfillfull_ratio", "full_ratio"),
            )
        },
        "ceph_monitor_quorum_age_seconds": "came with 14",
        "ceph_health_check_items": "came with 15",
        "ceph_health_mute_sticky": "came with 15",
        "ceph_health_mute_expiry_timestamp_seconds": "came with 15",
        "ceph_osds_nearfull_headroom_bytes": "needs the ratios that came with 12",
        "ceph_pool_stored_raw": "came with 14",
        "ceph_pool_avail_raw": "came with 14",
        "ceph_pool_compress_bytes_used": "came with 14",
        "ceph_pool_compress_under_bytes": "came with 14",
        "ceph_pool_pg_num_target": "came with 14",
        "ceph_pool_pg_autoscale_mode": "came with 14",
        "ceph_pool_objects_repaired": "came with 14",
    },
}


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize("api", APIS)
def test_each_document_decodes(api: Api, held: tuple[str, ...] | None) -> None:
    """Whatever goes on, the exporter reads every document that it knows."""
    cluster = simulated(1000.0, held)
    for name in set(names(api)) & set(facts.wire_formats()):
        assert facts.decode(name, cluster.body(api, name) or b"")


def test_there_is_each_document_that_is_asked_for() -> None:
    """Reef answers all commands of the table, Jewel those that it had."""
    wires = {wire_format_of(name, command) for name in COMMANDS for command in COMMANDS[name]}
    wires |= {f"restful/{endpoint}" for endpoint in ENDPOINTS}
    assert set(names("restful")) - NOT_ASKED == wires - {"mds dump"}
    assert set(names("rest-api")) - NOT_ASKED == wires - LATER


@pytest.mark.parametrize("api", APIS)
def test_what_it_does_not_know_it_does_not_answer(api: Api) -> None:
    """An unknown name has no document."""
    assert simulated().body(api, "osd nonsense") is None


@pytest.mark.parametrize("api", APIS)
def test_each_metric_is_shown_or_has_a_reason_not_to_be(api: Api) -> None:
    """Every declared metric is on a page of the cluster, but for those that are listed."""
    clusters = [simulated(200.0, held) for held in HELD]
    shown = {name for cluster in clusters for name, _ in values(cluster, api)}
    given = {fact.document for fact in DOCUMENTS.values() if known(clusters[0], api).get(fact)}
    declared = {
        metric.name
        for collector in COLLECTORS.values()
        for metric in collector.metrics
        if metric.document in given
    }
    assert declared - shown == NOT_SHOWN[api].keys()


def test_documents_that_jewel_does_not_have() -> None:
    """What Jewel cannot show for want of a document is what came with 12 and later."""
    shown = known(simulated(), "rest-api")
    missing = {fact.document for fact in DOCUMENTS.values() if shown.get(fact) is None}
    later = LATER - {"time-sync-status", "mds dump", "restful/perf"}
    assert missing == later | {"perf counters", "mon store"}


@pytest.mark.parametrize("api", APIS)
def test_the_page_is_the_golden_one(api: Api) -> None:
    """The samples of a cluster in which everything goes wrong at once are the golden ones."""
    golden = (Path(__file__).parent / f"{api}.txt").read_text("utf-8")
    assert simulated_page(api) == golden, STALE
