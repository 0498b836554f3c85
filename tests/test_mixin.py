"""The exporter has the metrics that Ceph's own alert rules and dashboards use.

The names are those that the rules and dashboards of Ceph's monitoring/ceph-mixin use and that its
mgr module exports without performance counters; the checks are those that its rules name.
"""

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.health import KNOWN

_RULES = """
    ceph_daemon_health_metrics ceph_health_detail ceph_health_status ceph_healthcheck_slow_ops
    ceph_mon_metadata ceph_mon_quorum_status ceph_osd_metadata ceph_osd_numpg ceph_osd_up
    ceph_pg_active ceph_pg_clean ceph_pg_total ceph_pool_metadata ceph_pool_percent_used
"""
_CHECKS = """
    BLUESTORE_DISK_SIZE_MISMATCH BLUESTORE_SPURIOUS_READ_ERRORS DEVICE_HEALTH DEVICE_HEALTH_IN_USE
    DEVICE_HEALTH_TOOMANY FS_DEGRADED FS_WITH_FAILED_MDS MDS_ALL_DOWN MDS_DAMAGE
    MDS_HEALTH_READ_ONLY MDS_INSUFFICIENT_STANDBY MDS_UP_LESS_THAN_MAX MON_CLOCK_SKEW MON_DISK_CRIT
    MON_DISK_LOW MON_DOWN OBJECT_UNFOUND OSD_BACKFILLFULL OSD_DOWN OSD_FULL OSD_HOST_DOWN
    OSD_NEARFULL OSD_SCRUB_ERRORS OSD_SLOW_PING_TIME_BACK OSD_SLOW_PING_TIME_FRONT
    OSD_TOO_MANY_REPAIRS PG_AVAILABILITY PG_BACKFILL_FULL PG_DAMAGED PG_NOT_DEEP_SCRUBBED
    PG_NOT_SCRUBBED PG_RECOVERY_FULL POOL_BACKFILLFULL POOL_FULL POOL_NEAR_FULL RECENT_CRASH
    RECENT_MGR_MODULE_CRASH TOO_MANY_PGS
"""
_DASHBOARDS = """
    ceph_cluster_by_class_total_used_bytes ceph_cluster_total_bytes ceph_cluster_total_used_bytes
    ceph_disk_occupation ceph_disk_occupation_human ceph_fs_metadata ceph_mds_metadata
    ceph_mgr_metadata ceph_mgr_status ceph_osd_apply_latency_ms ceph_osd_commit_latency_ms
    ceph_osd_in ceph_osd_weight ceph_pg_activating ceph_pg_backfill_toofull ceph_pg_creating
    ceph_pg_deep ceph_pg_degraded ceph_pg_down ceph_pg_forced_backfill ceph_pg_forced_recovery
    ceph_pg_incomplete ceph_pg_inconsistent ceph_pg_peered ceph_pg_peering ceph_pg_recovering
    ceph_pg_remapped ceph_pg_repair ceph_pg_scrubbing ceph_pg_stale ceph_pg_undersized
    ceph_pool_avail_raw ceph_pool_bytes_used ceph_pool_compress_bytes_used
    ceph_pool_compress_under_bytes ceph_pool_dirty ceph_pool_max_avail ceph_pool_objects
    ceph_pool_quota_bytes ceph_pool_quota_objects ceph_pool_rd ceph_pool_rd_bytes ceph_pool_stored
    ceph_pool_stored_raw ceph_pool_wr ceph_pool_wr_bytes ceph_rgw_metadata
"""
RULES, CHECKS, DASHBOARDS = _RULES.split(), _CHECKS.split(), _DASHBOARDS.split()


@pytest.mark.parametrize("name", RULES + DASHBOARDS)
def test_a_metric_of_the_mixin_is_declared(name: str) -> None:
    """The exporter declares every metric that Ceph's rules and dashboards use."""
    assert name in {
        metric.name for collector in COLLECTORS.values() for metric in collector.metrics
    }


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_of_a_rule_exists_while_it_is_not_raised(code: str) -> None:
    """The exporter exports each health check of a rule as 0, on every release."""
    assert code in KNOWN
