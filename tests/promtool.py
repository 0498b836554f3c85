"""Prometheus' own linter of pages, `promtool check metrics`."""

import shutil
import subprocess

PROMTOOL = shutil.which("promtool") or ""
"""Path of the program, empty if it is not installed."""

# Names that the linter rejects, but Ceph's own mgr module dictates them.
DICTATED = {
    "ceph_cluster_osd_blocklist_count",
    "ceph_osd_apply_latency_ms",
    "ceph_osd_commit_latency_ms",
    "ceph_pg_total",
    "ceph_pool_objects_repaired",
    "ceph_pool_rd",
    "ceph_pool_rd_bytes",
    "ceph_pool_recovering_bytes_per_sec",
    "ceph_pool_recovering_keys_per_sec",
    "ceph_pool_recovering_objects_per_sec",
    "ceph_pool_wr",
    "ceph_pool_wr_bytes",
    "ceph_rbd_read_bytes",
    "ceph_rbd_read_latency_count",
    "ceph_rbd_read_latency_sum",
    "ceph_rbd_read_ops",
    "ceph_rbd_write_bytes",
    "ceph_rbd_write_latency_count",
    "ceph_rbd_write_latency_sum",
    "ceph_rbd_write_ops",
}


def complaints(text: bytes) -> list[str]:
    """Return the complaints of promtool about a page, without those about dictated names."""
    command = [PROMTOOL, "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    output = (done.stdout + done.stderr).decode()
    assert done.returncode in (0, 3), output  # 1: the page cannot be read
    return [line for line in output.splitlines() if line.partition(" ")[0] not in DICTATED]
