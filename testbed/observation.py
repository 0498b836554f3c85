"""Observes whether a cluster is idle: all daemons are up, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testbed.ceph import CephCluster

# Words in the names of temporary states of PGs.
PASSING = {"activating", "backfill_wait", "backfilling", "creating", "deep", "laggy", "peering"}
PASSING |= {"recovering", "recovery_wait", "remapped", "scrubbing", "stale", "unknown", "wait"}
# Prefixes of the module prometheus' metrics whose values are constant in an idle cluster.
STEADY: tuple[str, ...] = (
    "ceph_pool_stored",
    "ceph_pool_objects",
    "ceph_pool_max_avail",
    "ceph_pg_",
)
STEADY += ("ceph_cluster_", "ceph_health_", "ceph_osd_up", "ceph_osd_in", "ceph_mon_quorum")


class Observation:
    """The state of a cluster at one moment. running: the number of started daemons, by type."""

    def __init__(self, cluster: CephCluster, running: Mapping[str, int]) -> None:
        self._cluster = cluster
        self._running = running
        self._status = cluster.ask("status")
        self._osds = cluster.ask("osd", "dump")
        self._mgrs = cluster.ask("mgr", "dump")
        self._filesystems = cluster.ask("fs", "dump")
        self._pools = cluster.ask("df")["pools"]

    def unsettled(self) -> list[str]:
        """Return a line for whatever is missing or still changes; an idle cluster has none."""
        up = {
            "mon": len(self._status["quorum"]),
            "mgr": bool(self._mgrs["available"]) + len(self._mgrs["standbys"]),
            "mds": self._mdss_up(),
            "osd": sum(osd["up"] for osd in self._osds["osds"]),
        }
        lines = [
            f"{up[kind]} of {wanted} {kind} up"
            for kind, wanted in self._running.items()
            if up[kind] != wanted
        ]
        if self._running["mgr"]:
            lines += self._unsettled_pgs()
        return lines

    def constant(self) -> object:
        """Return a value that does not change while the cluster is idle."""
        return (
            self._status["quorum"],
            self._osds["epoch"],
            self._filesystems["epoch"],
            self._states(),
            [
                (pool["id"], pool["stats"]["stored"], pool["stats"]["objects"])
                for pool in self._pools
            ],
            self._page(),
        )

    def _states(self) -> dict[str, int]:
        states: list[dict[str, Any]] = self._status["pgmap"].get("pgs_by_state", [])
        return {state["state_name"]: state["count"] for state in states}

    def _mdss_up(self) -> int:
        """Return the number of active and standby MDSs. MDSs in other states are not counted."""
        active = [
            daemon
            for filesystem in self._filesystems["filesystems"]
            for daemon in filesystem["mdsmap"]["info"].values()
            if daemon["state"] == "up:active"
        ]
        return len(active) + len(self._filesystems["standbys"])

    def _unsettled_pgs(self) -> list[str]:
        lines = []
        states = set(self._states())
        words = {word for state in states for word in state.split("+")}
        expected = sum(pool["pg_num"] for pool in self._osds["pools"])
        if sum(self._states().values()) != expected or len(self._pools) != len(self._osds["pools"]):
            lines.append(f"{expected} PGs are not all reported")
        if words & PASSING:
            lines.append(f"PGs are {', '.join(sorted(words & PASSING))}")
        whole = self._running["osd"] == len(self._cluster.osds)
        if whole and states - {"active+clean"}:
            lines.append(f"PGs are {', '.join(sorted(states))}")
        if self._cluster.osds and self._cluster.release.has_mgr_pool and len(self._pools) == 0:
            lines.append("the mgr has no pool of its own")
        return lines

    def _page(self) -> list[str]:
        if not self._cluster.has_module:
            return []
        page = self._cluster.module_page()
        return [line for line in page.splitlines() if line.startswith(STEADY)]
