"""`osd dump`, `osd perf`, `osd df` and `osd tree` of Reef (OSDMap.cc, PGMap.cc)."""

from functools import lru_cache

import msgspec

from ceph_exporter.simulator import crush
from ceph_exporter.simulator.layout import Layout, PoolPlan
from ceph_exporter.simulator.model import Osd, State
from ceph_exporter.simulator.network import address, port
from ceph_exporter.simulator.osds import BACKFILLFULL_RATIO, FULL_RATIO, NEARFULL_RATIO
from ceph_exporter.simulator.reef.common import FEATURES, addrvec, date

_FLAGS = "sortbitwise,recovery_deletes,purged_snapdirs,pglog_hardlimit"
_DAY = 86400.0
_BLOCKED = 2  # clients that are always on the blocklist; the failover of an MDS adds one
_OSDS_PER_UPMAP = 4


def osd_dump(state: State) -> dict[str, object]:
    """Return `osd dump`."""
    layout = state.moment.layout
    noout = state.moment.is_on("noout")
    flags = f"noout,{_FLAGS}" if noout else _FLAGS
    nearfull = {osd.place.device_class for osd in state.osds if osd.nearfull}
    return {
        "epoch": state.osdmap_epoch,
        "fsid": layout.fsid,
        "created": date(0),
        "modified": date(state.moment.seconds),
        "flags": flags,
        "flags_num": 5799936,
        "flags_set": flags.split(","),
        "crush_version": 5,
        "full_ratio": FULL_RATIO,
        "backfillfull_ratio": BACKFILLFULL_RATIO,
        "nearfull_ratio": NEARFULL_RATIO,
        "pool_max": len(layout.pools),
        "max_osd": len(layout.osds),
        "require_min_compat_client": "luminous",
        "min_compat_client": "luminous",
        "require_osd_release": "reef",
        "pools": [_pool(plan, nearfull=plan.device_class in nearfull) for plan in layout.pools],
        "osds": [_osd(osd, layout) for osd in state.osds],
        "osd_xinfo": [_xinfo(place.id) for place in layout.osds],
        "pg_upmap": [],
        "pg_upmap_items": _upmaps(layout),
        "pg_upmap_primaries": [],
        "pg_temp": [],
        "primary_temp": [],
        "blocklist": _blocklist(state),
        "range_blocklist": {},
        "erasure_code_profiles": _profiles(layout),
        "crush_node_flags": {layout.hosts[0].name: ["noout"]} if noout else {},
        "device_class_flags": {},
        "stretch_mode": {
            "stretch_mode_enabled": False,
            "stretch_bucket_count": 0,
            "degraded_stretch_mode": 0,
            "recovering_stretch_mode": 0,
            "stretch_mode_bucket": 0,
        },
    }


def osd_perf(state: State) -> dict[str, object]:
    """Return `osd perf`. The two latencies are equal, as with BlueStore."""
    rows = []
    for osd in state.osds:
        whole, nanoseconds = int(osd.latency), int(osd.latency * 1e6)
        stats = {
            "commit_latency_ms": whole,
            "apply_latency_ms": whole,
            "commit_latency_ns": nanoseconds,
            "apply_latency_ns": nanoseconds,
        }
        rows.append({"id": osd.place.id, "perf_stats": stats})
    return {"pg_ready": True, "osdstats": {"osd_perf_infos": rows}}


def osd_df(state: State) -> dict[str, object]:
    """Return `osd df`."""
    return crush.osd_df(
        state,
        lambda osd: {
            "device_class": osd.place.device_class,
            "pool_weights": {},
            "kb_used_data": osd.kb_used - 3 * (osd.kb_used // 100),
            "kb_used_omap": osd.kb_used // 100,
            "kb_used_meta": 2 * (osd.kb_used // 100),
            "status": "up" if osd.up else "down",
        },
    )


def osd_tree(state: State) -> dict[str, object]:
    """Return `osd tree`."""
    return crush.osd_tree(
        state, lambda osd: {"device_class": osd.place.device_class, "pool_weights": {}}
    )


def _osd(osd: Osd, layout: Layout) -> msgspec.Raw:
    place = osd.place
    conditions = {"exists": True, "up": osd.up, "nearfull": osd.nearfull}
    states = tuple(state for state, is_set in conditions.items() if is_set)
    return _row(place.id, place.host, port(layout, place), states)


@lru_cache(maxsize=100_000)
def _row(osd: int, host: int, first: int, states: tuple[str, ...]) -> msgspec.Raw:
    """Return the row of an OSD as JSON. It is cached because few rows change in a tick."""
    front, back, nonce = address(1, host), address(2, host), 1000 + osd
    row = {
        "osd": osd,
        "uuid": f"00000000-0000-4000-8000-{osd:012d}",
        "up": int("up" in states),
        "in": 1,
        "weight": 1,
        "primary_affinity": 1,
        "last_clean_begin": 0,
        "last_clean_end": 0,
        "up_from": 5,
        "up_thru": 1000,
        "down_at": 0,
        "lost_at": 0,
        "public_addrs": addrvec(front, first, nonce),
        "cluster_addrs": addrvec(back, first, nonce),
        "heartbeat_back_addrs": addrvec(back, first + 2, nonce),
        "heartbeat_front_addrs": addrvec(front, first + 4, nonce),
        "public_addr": f"{front}:{first + 1}/{nonce}",
        "cluster_addr": f"{back}:{first + 1}/{nonce}",
        "heartbeat_back_addr": f"{back}:{first + 3}/{nonce}",
        "heartbeat_front_addr": f"{front}:{first + 5}/{nonce}",
        "state": states,
    }
    return msgspec.Raw(msgspec.json.encode(row))


@lru_cache(maxsize=100_000)
def _xinfo(osd: int) -> msgspec.Raw:
    row = {
        "osd": osd,
        "down_stamp": "0.000000",
        "laggy_probability": 0,
        "laggy_interval": 0,
        "features": FEATURES,
        "old_weight": 0,
        "last_purged_snaps_scrub": date(0),
        "dead_epoch": 0,
    }
    return msgspec.Raw(msgspec.json.encode(row))


def _pool(plan: PoolPlan, *, nearfull: bool) -> dict[str, object]:
    erasure = plan.k > 1
    return {
        "pool": plan.id,
        "pool_name": plan.name,
        "create_time": date(0),
        "flags_names": "hashpspool,nearfull" if nearfull else "hashpspool",
        "type": 3 if erasure else 1,
        "size": plan.size,
        "min_size": plan.min_size,
        "crush_rule": plan.rule,
        "object_hash": 2,
        "pg_autoscale_mode": "on",
        "pg_num": plan.pg_num,
        "pg_placement_num": plan.pg_num,
        "pg_placement_num_target": plan.pg_num,
        "pg_num_target": plan.pg_num,
        "pg_num_pending": plan.pg_num,
        "last_change": "29",
        "quota_max_bytes": plan.quota_bytes,
        "quota_max_objects": plan.quota_objects,
        "cache_mode": "none",
        "erasure_code_profile": plan.profile,
        "options": {},
        "application_metadata": {plan.application: {}},
    }


def _profiles(layout: Layout) -> dict[str, dict[str, str]]:
    common = {"plugin": "jerasure", "technique": "reed_sol_van"}
    used = {
        plan.profile: {"k": str(plan.k), "m": str(plan.size - plan.k), **common}
        for plan in layout.pools
        if plan.profile
    }
    return {"default": {"k": "2", "m": "2", **common}, **used}


def _upmaps(layout: Layout) -> list[dict[str, object]]:
    plan = layout.pools[1]
    ring = layout.rings[plan.device_class]
    return [
        {"pgid": f"{plan.id}.{pg:x}", "mappings": [{"from": ring[pg], "to": ring[pg + 1]}]}
        for pg in range(min(plan.pg_num, len(ring) - 1, len(layout.osds) // _OSDS_PER_UPMAP))
    ]


def _blocklist(state: State) -> dict[str, str]:
    number = _BLOCKED + state.moment.is_on("mds_failover")
    until = date(state.moment.seconds + _DAY)
    return {f"{address(1, 200 + row)}:0/{3405815260 + row}": until for row in range(number)}
