"""`/api/osd` of the dashboard: each OSD with its usage and latency (controllers/osd.py)."""

from ceph_exporter.simulator.model import Osd, State

Row = dict[str, object]

_TIB = 2**40


def osds(state: State) -> list[Row]:
    """Return `/api/osd` with all rows."""
    return [_osd(state, osd) for osd in state.osds]


def _osd(state: State, osd: Osd) -> Row:
    place = osd.place
    host = state.moment.layout.hosts[place.host]
    whole, nanoseconds = int(osd.latency), int(osd.latency * 1e6)
    return {
        "osd": place.id,
        "id": place.id,
        "up": int(osd.up),
        "in": 1,
        "weight": 1.0,
        "host": {"id": host.bucket, "name": host.name, "type": "host", "type_id": 1},
        "tree": {
            "id": place.id,
            "name": f"osd.{place.id}",
            "type": "osd",
            "type_id": 0,
            "device_class": place.device_class,
            "crush_weight": place.bytes_total / _TIB,
        },
        "osd_stats": {
            "osd": place.id,
            "num_pgs": osd.pgs,
            "num_osds": 1,
            "kb": osd.kb,
            "kb_used": osd.kb_used,
            "kb_avail": osd.kb_avail,
            "statfs": {
                "total": osd.kb * 1024,
                "available": osd.kb_avail * 1024,
                "internally_reserved": 0,
            },
            "perf_stat": {
                "commit_latency_ms": float(whole),
                "apply_latency_ms": float(whole),
                "commit_latency_ns": nanoseconds,
                "apply_latency_ns": nanoseconds,
            },
        },
        "operational_status": "working",
    }
