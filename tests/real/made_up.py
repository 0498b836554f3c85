"""Documents of a cluster that no test can start: a slow and worn disk, gateways, a crash.

They have the form of Ceph 18, and the exporter reads them as a recording.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OSDS = range(5)
_SOON = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%S}.000000+0000"
DOCUMENTS = {
    "health_detail": {
        "status": "HEALTH_WARN",
        "checks": {
            "SLOW_OPS": {
                "severity": "HEALTH_WARN",
                "summary": {
                    "message": "7 slow ops, oldest one blocked for 42 sec, osd.4 has slow ops",
                    "count": 7,
                },
                "detail": [],
                "muted": False,
            }
        },
        "mutes": [],
    },
    "osd_dump": {
        "epoch": 9,
        "flags_set": [],
        "pools": [
            {
                "pool": 1,
                "pool_name": "growing",
                "type": 1,
                "size": 3,
                "min_size": 2,
                "pg_num": 32,
                "pg_placement_num": 32,
                "pg_num_target": 64,
                "pg_placement_num_target": 64,
            }
        ],
        "osds": [{"osd": id_, "up": 1, "in": 1, "weight": 1, "state": ["up"]} for id_ in OSDS],
    },
    "osd_perf": {
        "osdstats": {
            "osd_perf_infos": [
                {
                    "id": id_,
                    "perf_stats": {
                        "commit_latency_ms": 300 if id_ == 4 else 5,
                        "apply_latency_ms": 300 if id_ == 4 else 5,
                    },
                }
                for id_ in OSDS
            ]
        }
    },
    "osd_tree": {
        "nodes": [
            {"id": -1, "name": "default", "type": "root", "children": [-2]},
            {"id": -2, "name": "h1", "type": "host", "children": list(OSDS)},
            *({"id": id_, "name": f"osd.{id_}", "type": "osd", "crush_weight": 1} for id_ in OSDS),
        ]
    },
    "device_ls": [
        {
            "devid": "VENDOR_MODEL_1",
            "location": [{"host": "h1", "dev": "sda"}],
            "daemons": ["osd.4"],
            "life_expectancy_min": _SOON,
            "life_expectancy_max": "2036-02-02T03:04:05.000000+0000",
            "wear_level": 0.9,
        }
    ],
    "crash_ls": [{"crash_id": "1", "entity_name": "osd.4", "utsname_hostname": "h1"}],
    "service_dump": {
        "services": {
            "rgw": {"daemons": {"4127": {"metadata": {"id": "gw1", "hostname": "h1"}}}},
            "rbd-mirror": {"daemons": {"4128": {"metadata": {"id": "m1", "hostname": "h1"}}}},
        }
    },
    "mgr_dump": {
        "active_name": "x",
        "available": True,
        "standbys": [],
        "modules": ["rook"],
        "available_modules": [{"name": "rook", "can_run": False, "error_string": "no kubernetes"}],
    },
}


def write(folder: Path) -> Path:
    """Write the documents as a recording; return its folder."""
    folder.mkdir()
    for name, document in DOCUMENTS.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    return folder
