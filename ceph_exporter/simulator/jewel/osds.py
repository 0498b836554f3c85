"""`osd dump`, `osd perf`, `osd df` and `osd tree` of Jewel, without device classes and ratios."""

from ceph_exporter.simulator import crush
from ceph_exporter.simulator.jewel.common import stamp
from ceph_exporter.simulator.layout import Layout, PoolPlan
from ceph_exporter.simulator.model import Osd, State
from ceph_exporter.simulator.network import address, port

_FLAGS = "sortbitwise,require_jewel_osds"
_JOURNAL = 4  # a write to the journal is this many times as fast as a write to the store


def osd_dump(state: State) -> dict[str, object]:
    """Return `osd dump`."""
    layout = state.moment.layout
    return {
        "epoch": state.osdmap_epoch,
        "fsid": layout.fsid,
        "created": stamp(0),
        "modified": stamp(state.moment.seconds),
        "flags": f"noout,{_FLAGS}" if state.moment.is_on("noout") else _FLAGS,
        "cluster_snapshot": "",
        "pool_max": len(layout.pools),
        "max_osd": len(layout.osds),
        "pools": [_pool(plan) for plan in layout.pools],
        "osds": [_osd(osd, layout) for osd in state.osds],
        "pg_temp": [],
        "primary_temp": [],
        "blacklist": {},
        "erasure_code_profiles": _profiles(layout),
    }


def osd_perf(state: State) -> dict[str, object]:
    """Return `osd perf`. The two latencies differ because FileStore has a journal."""
    rows = [
        {
            "id": osd.place.id,
            "perf_stats": {
                "commit_latency_ms": int(osd.latency / _JOURNAL),
                "apply_latency_ms": int(osd.latency),
            },
        }
        for osd in state.osds
    ]
    return {"osd_perf_infos": rows}


def osd_df(state: State) -> dict[str, object]:
    """Return `osd df`."""
    return crush.osd_df(state, _no_more)


def osd_tree(state: State) -> dict[str, object]:
    """Return `osd tree`."""
    return crush.osd_tree(state, _no_more)


def _no_more(_osd: Osd) -> dict[str, object]:
    return {}


def _osd(osd: Osd, layout: Layout) -> dict[str, object]:
    place = osd.place
    first, nonce = port(layout, place), 1000 + place.id
    front, back = address(1, place.host), address(2, place.host)
    return {
        "osd": place.id,
        "uuid": f"00000000-0000-4000-8000-{place.id:012d}",
        "up": int(osd.up),
        "in": 1,
        "weight": 1.0,
        "primary_affinity": 1.0,
        "last_clean_begin": 0,
        "last_clean_end": 0,
        "up_from": 5,
        "up_thru": 1000,
        "down_at": 0,
        "lost_at": 0,
        "public_addr": f"{front}:{first}/{nonce}",
        "cluster_addr": f"{back}:{first}/{nonce}",
        "heartbeat_back_addr": f"{back}:{first + 1}/{nonce}",
        "heartbeat_front_addr": f"{front}:{first + 1}/{nonce}",
        "state": ["exists", "up"] if osd.up else ["exists"],
    }


def _pool(plan: PoolPlan) -> dict[str, object]:
    erasure = plan.k > 1
    return {
        "pool": plan.id,
        "pool_name": plan.name,
        "flags": 1,
        "flags_names": "hashpspool",
        "type": 3 if erasure else 1,
        "size": plan.size,
        "min_size": plan.min_size,
        "crush_ruleset": plan.rule,
        "object_hash": 2,
        "pg_num": plan.pg_num,
        "pg_placement_num": plan.pg_num,
        "last_change": "29",
        "quota_max_bytes": plan.quota_bytes,
        "quota_max_objects": plan.quota_objects,
        "erasure_code_profile": plan.profile,
        "options": {},
    }


def _profiles(layout: Layout) -> dict[str, dict[str, str]]:
    return {
        plan.profile: {"k": str(plan.k), "m": str(plan.size - plan.k), "plugin": "jerasure"}
        for plan in layout.pools
        if plan.profile
    }
