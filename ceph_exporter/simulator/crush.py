"""`osd tree` and `osd df`, with the fields that all releases have.

Modelled on CrushTreeDumper.h and OSDUtilizationDumper. The argument `more` is a function that
returns the fields that a release adds to the row of an OSD.
"""

import math
from collections.abc import Callable, Iterator
from itertools import groupby

from ceph_exporter.simulator.model import Osd, State

Row = dict[str, object]

_TIB = 2**40
_ROOT, _RACK, _HOST = 11, 3, 1  # the type ids in Ceph's default CRUSH map


def osd_tree(state: State, more: Callable[[Osd], Row]) -> Row:
    """Return `osd tree`, in which each bucket precedes its children."""
    return {"nodes": list(_tree(state, more)), "stray": []}


def osd_df(state: State, more: Callable[[Osd], Row]) -> Row:
    """Return `osd df`, in KiB and percent."""
    average = state.kb_used / state.kb
    ratios = [osd.utilization / average for osd in state.osds]
    spread = math.sqrt(sum((ratio - 1) ** 2 for ratio in ratios) / len(ratios))
    return {
        "nodes": [
            _osd(osd) | _usage(osd, ratio) | more(osd)
            for osd, ratio in zip(state.osds, ratios, strict=True)
        ],
        "stray": [],
        "summary": {
            "total_kb": state.kb,
            "total_kb_used": state.kb_used,
            "total_kb_avail": state.kb - state.kb_used,
            "average_utilization": 100 * average,
            "min_var": min(ratios),
            "max_var": max(ratios),
            "dev": 100 * average * spread,
        },
    }


def _tree(state: State, more: Callable[[Osd], Row]) -> Iterator[Row]:
    racks = {
        rack: list(hosts)
        for rack, hosts in groupby(state.moment.layout.hosts, lambda host: host.rack)
    }
    yield _bucket(-1, "default", "root", _ROOT, [hosts[0].rack_bucket for hosts in racks.values()])
    for rack, hosts in racks.items():
        bucket = hosts[0].rack_bucket
        yield _bucket(bucket, rack, "rack", _RACK, [host.bucket for host in hosts])
        for host in hosts:
            yield _bucket(host.bucket, host.name, "host", _HOST, list(host.osds))
            for number in host.osds:
                osd = state.osds[number]
                yield _osd(osd) | _place(osd) | more(osd)


def _bucket(number: int, name: str, type_: str, type_id: int, children: list[int]) -> Row:
    return {
        "id": number,
        "name": name,
        "type": type_,
        "type_id": type_id,
        "children": children[::-1],
    }


def _osd(osd: Osd) -> Row:
    place = osd.place
    return {
        "id": place.id,
        "name": f"osd.{place.id}",
        "type": "osd",
        "type_id": 0,
        "crush_weight": place.bytes_total / _TIB,
        "depth": 3,
        "reweight": 1,
    }


def _place(osd: Osd) -> Row:
    return {"exists": 1, "status": "up" if osd.up else "down", "primary_affinity": 1}


def _usage(osd: Osd, ratio: float) -> Row:
    return {
        "kb": osd.kb,
        "kb_used": osd.kb_used,
        "kb_avail": osd.kb_avail,
        "utilization": 100 * osd.utilization,
        "var": ratio,
        "pgs": osd.pgs,
    }
