"""The daemons' performance counters, as the module restful of Reef serves them at `/perf`.

A daemon has hundreds of counters; only those that dashboards show are simulated. `type` is a bit
mask (src/common/perf_counters.h): 1 is a time in nanoseconds, 2 a number, 4 an average (a sum and a
count), 8 a counter.
"""

from ceph_exporter.simulator.mds import ranked
from ceph_exporter.simulator.model import Osd, State
from ceph_exporter.simulator.reef.filesystems import CAPS, CLIENTS, INODES, REQUESTS_SEC
from ceph_exporter.simulator.waves import written

_GAUGE, _LATENCY, _COUNTER = 2, 5, 10
_NS = 1_000_000  # per millisecond

Rows = dict[str, dict[str, object]]


def perf(state: State) -> dict[str, Rows]:
    """Return the counters by daemon and path; daemons that are down are absent."""
    reads = sum(pool.read_ops for pool in state.pools)
    writes = sum(pool.write_ops for pool in state.pools)
    read_bytes = sum(pool.read_bytes for pool in state.pools)
    write_bytes = sum(pool.write_bytes for pool in state.pools)
    pgs = sum(osd.place.pgs for osd in state.osds)
    daemons = {f"mon.{mon.name}": _mon(state, mon.rank) for mon in state.quorum}
    for osd in state.osds:
        if osd.up:
            part = osd.place.pgs / pgs
            daemons[f"osd.{osd.place.id}"] = _osd(
                osd,
                (int(reads * part), int(read_bytes * part)),
                (int(writes * part), int(write_bytes * part)),
            )
    for name, _ in ranked(state)[0]:
        daemons[f"mds.{name}"] = _mds(state)
    for gid in ("4500", "4501"):
        daemons[f"rgw.{gid}"] = _rgw(state)
    return daemons


def _osd(osd: Osd, read: tuple[int, int], write: tuple[int, int]) -> Rows:
    read_ms, write_ms = (8, 12) if osd.place.device_class == "hdd" else (1, 1)
    reads, read_bytes = read
    writes, write_bytes = write
    latency = {
        "osd.op_r_latency": (reads, read_ms),
        "osd.op_w_latency": (writes, write_ms),
        "osd.op_r_process_latency": (reads, read_ms),
        "osd.op_w_process_latency": (writes, write_ms),
        "osd.op_r_prepare_latency": (reads, 1),
        "osd.op_w_prepare_latency": (writes, 1),
        "osd.op_latency": (reads + writes, write_ms),
        "bluestore.kv_commit_lat": (writes, 1),
        "bluestore.kv_flush_lat": (writes, 1),
        "bluestore.kv_sync_lat": (writes, 1),
        "bluestore.txc_throttle_lat": (writes, 1),
        "bluestore.read_lat": (reads, read_ms),
        "bluestore.txc_commit_lat": (writes, write_ms),
    }
    return {
        "osd.op": _row(_COUNTER, "Client operations", reads + writes),
        "osd.op_r": _row(_COUNTER, "Client read operations", reads),
        "osd.op_w": _row(_COUNTER, "Client write operations", writes),
        "osd.op_rw": _row(_COUNTER, "Client read-modify-write operations", 0),
        "osd.op_in_bytes": _row(_COUNTER, "Client operations total write size", write_bytes),
        "osd.op_out_bytes": _row(_COUNTER, "Client operations total read size", read_bytes),
        "osd.op_r_out_bytes": _row(_COUNTER, "Client data read", read_bytes),
        "osd.op_w_in_bytes": _row(_COUNTER, "Client data written", write_bytes),
        "osd.recovery_ops": _row(_COUNTER, "Started recovery operations", 0),
        "osd.recovery_bytes": _row(_COUNTER, "recovery bytes", 0),
        "osd.numpg": _row(_GAUGE, "Placement groups", osd.pgs),
        "osd.numpg_removing": _row(_GAUGE, "Placement groups queued for local deletion", 0),
        "osd.op_wip": _row(_GAUGE, "Replication operations currently being processed", 2),
        "osd.stat_bytes": _row(_GAUGE, "OSD size", osd.place.bytes_total),
        "osd.stat_bytes_used": _row(_GAUGE, "Used space", osd.kb_used * 1024),
        "bluefs.db_total_bytes": _row(_GAUGE, "Total bytes (main db device)", 64 * 2**30),
        "bluefs.db_used_bytes": _row(_GAUGE, "Used bytes (main db device)", 5 * 2**30),
        "bluefs.slow_total_bytes": _row(_GAUGE, "Total bytes (slow device)", osd.place.bytes_total),
        "bluefs.slow_used_bytes": _row(_GAUGE, "Used bytes (slow device)", 0),
        "bluestore.fragmentation_micros": _row(_GAUGE, "Fragmentation of free space", 310_000),
        "bluestore.slow_committed_kv_count": _row(_COUNTER, "Slow commits of RocksDB", 0),
        "bluestore.slow_aio_wait_count": _row(_COUNTER, "Slow waits for the device", 0),
        **{path: _average(count, ms) for path, (count, ms) in latency.items()},
    }


def _mon(state: State, rank: int) -> Rows:
    seconds = written(state.moment.seconds)
    return {
        "mon.num_sessions": _row(_GAUGE, "Open sessions", 40 + rank),
        "mon.session_add": _row(_COUNTER, "Created sessions", int(seconds / 10)),
        "mon.session_rm": _row(_COUNTER, "Removed sessions", int(seconds / 10)),
        "mon.session_trim": _row(_COUNTER, "Trimmed sessions", int(seconds / 60)),
        "mon.num_elections": _row(_COUNTER, "Elections participated in", state.election_epoch // 2),
        "mon.election_call": _row(_COUNTER, "Elections started", 1),
        "mon.election_win": _row(_COUNTER, "Elections won", state.election_epoch // 2),
        "mon.election_lose": _row(_COUNTER, "Elections lost", 0),
        "paxos.commit_latency": _average(int(seconds), 3),
        "paxos.store_state_latency": _average(int(seconds), 3),
    }


def _mds(state: State) -> Rows:
    requests = int(REQUESTS_SEC * written(state.moment.seconds))
    return {
        "mds.request": _row(_COUNTER, "Requests", requests),
        "mds.reply": _row(_COUNTER, "Replies", requests),
        "mds.inodes": _row(_GAUGE, "Inodes", INODES),
        "mds.caps": _row(_GAUGE, "Capabilities", CAPS),
        "mds.reply_latency": _average(requests, 2),
        "mds_mem.ino": _row(_GAUGE, "Inodes", INODES),
        "mds_log.ev": _row(_GAUGE, "Events", 20_000),
        "mds_log.evadd": _row(_COUNTER, "Events submitted", requests // 2),
        "mds_server.handle_client_request": _row(_COUNTER, "Client requests", requests),
        "mds_server.handle_client_session": _row(_COUNTER, "Client session messages", 400),
        "mds_sessions.session_count": _row(_GAUGE, "Session count", CLIENTS),
        "mds_sessions.sessions_open": _row(_GAUGE, "Sessions currently open", CLIENTS),
        "objecter.op_r": _row(_COUNTER, "Read operations", requests // 9),
        "objecter.op_w": _row(_COUNTER, "Write operations", requests // 3),
    }


def _rgw(state: State) -> Rows:
    requests = int(80 * written(state.moment.seconds))
    gets, puts = requests * 3 // 4, requests // 4
    return {
        "rgw.req": _row(_COUNTER, "Requests", requests),
        "rgw.failed_req": _row(_COUNTER, "Aborted requests", requests // 1000),
        "rgw.get": _row(_COUNTER, "Gets", gets),
        "rgw.get_b": _row(_COUNTER, "Size of gets", gets * 2**20),
        "rgw.put": _row(_COUNTER, "Puts", puts),
        "rgw.put_b": _row(_COUNTER, "Size of puts", puts * 2**20),
        "rgw.get_initial_lat": _average(gets, 9),
        "rgw.put_initial_lat": _average(puts, 25),
        "rgw.qlen": _row(_GAUGE, "Queue length", 0),
        "rgw.qactive": _row(_GAUGE, "Active requests queue", 3),
        "rgw.cache_hit": _row(_COUNTER, "Cache hits", requests // 2),
        "rgw.cache_miss": _row(_COUNTER, "Cache miss", requests // 50),
    }


def _row(type_: int, description: str, value: int) -> dict[str, object]:
    return {
        "description": description,
        "type": type_,
        "priority": 5,
        "units": 0,
        "value": value,
    }


def _average(count: int, milliseconds: int) -> dict[str, object]:
    """Return a latency: the sum of `count` measurements of `milliseconds` each, and their count."""
    return _row(_LATENCY, "Latency", count * milliseconds * _NS) | {"count": count}
