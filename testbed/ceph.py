"""A real Ceph cluster on 127.0.0.1: monitors, mgrs, MDSs, and OSDs that store data in memory.

The scripts `install` and `install-releases` in this folder install the programs.
"""

from __future__ import annotations

import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import httpx

from testbed import bootstrap, contents
from testbed.layout import Layout
from testbed.observation import Observation
from testbed.process import CephError, Daemon, Service, output_of
from testbed.releases import RELEASES, SYSTEM
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class CephCluster(Service, Layout):
    """A cluster with monitors a, b, c, mgrs x, y and OSDs 0, 1, 2, and so on.

    mons, mgrs, osds, mds: the number of daemons of each type; the MDSs serve the filesystem
    "shared"; pools: whether to add pools with data; prometheus: whether to run the mgr module
    prometheus; base_port: the first port, by default that of the release.
    """

    def __init__(  # noqa: PLR0913 - independent options
        self,
        folder: Path,
        *,
        release: str = SYSTEM,
        mons: int = 3,
        mgrs: int = 1,
        osds: int = 3,
        mds: int = 0,
        pools: bool = False,
        prometheus: bool = False,
        base_port: int | None = None,
    ) -> None:
        chosen = RELEASES[release]
        counts = {"mon": mons, "mgr": mgrs, "osd": osds, "mds": mds}
        super().__init__(folder, chosen, counts, base_port or chosen.base_port)
        self._pools = pools
        # For each module, the option that sets its port, and its URLs, one for each mgr.
        self.modules = {"dashboard": ("ssl_server_port", self.dashboard_urls)}
        if chosen.has_restful:
            self.modules["restful"] = ("server_port", self.restful_urls)
        if prometheus:
            self.modules["prometheus"] = ("server_port", self.module_urls)
        self._daemons: dict[str, Daemon] = {}

    def module_page(self) -> str:
        """Wait for the page of the mgr module prometheus and return it.

        On Ceph 20, the page is briefly unavailable after each login to the dashboard.
        """
        pages: list[str] = []

        def complete() -> bool:
            answer = httpx.get(self.module_url, trust_env=False, timeout=20)
            pages.append(answer.raise_for_status().text)
            return "ceph_health_status" in pages[-1]

        self.wait(complete, "page of the mgr module prometheus", 60)
        return pages[-1]

    @property
    def has_module(self) -> bool:
        """Whether the cluster runs the mgr module prometheus."""
        return "prometheus" in self.modules

    @property
    def apis(self) -> list[str]:
        """The HTTP APIs of this release."""
        return ["dashboard", "restful"] if self.release.has_restful else ["dashboard"]

    def start(self) -> None:
        """Create the cluster; wait until its HTTP APIs answer and all its daemons are up."""
        self.make_folder(list(self.modules))
        self._run(*self.make_certificate_command())
        for command in self.make_keyring_commands() + self.make_monitors_commands():
            self.run(*command)
        for name in self.mons:
            self.start_mon(name)
        self.wait(lambda: len(self.quorum()) == len(self.mons), "quorum of all monitors", 30)
        bootstrap.configure_modules(self)
        for name in self.mgrs:
            self.start_mgr(name)
            self.wait(lambda: self.active_mgr() == "x", "active mgr", 60)
        for number in self.osds:
            bootstrap.make_osd(self, number)
            self.start_osd(number)
        self.wait(self.apis_answer, "answer of the HTTP APIs", 60)
        bootstrap.make_users(self)
        if self.osds and self.release.has_mgr_pool:
            self.wait(lambda: bool(self.ask("df")["pools"]), "pool of the mgr", 60)
        if self.mdss:
            contents.make_filesystem(self)
        for name in self.mdss:
            self.start_mds(name)
        if self._pools:
            contents.make_pools(self)
        self.wait(self.complete, "whole cluster", 60)

    def stop(self) -> None:
        """Stop all daemons; a daemon that notifies others when it stops is stopped before them."""
        kinds = ("mds", "mgr", "osd", "mon")
        for name in sorted(self._daemons, key=lambda name: kinds.index(name.partition(".")[0])):
            self._stop(name)

    def ceph(self, *arguments: str, timeout: float = 60.0) -> str:
        """Return the output of the command `ceph`, run as client.admin."""
        return self.run("ceph", *arguments, timeout=timeout)

    def run(self, *command: str, timeout: float = 60.0) -> str:
        """Run a program of this release and return its output."""
        return self._run(*self.release.command(*command), timeout=timeout)

    def wait(self, predicate: Callable[[], bool], what: str, timeout: float) -> None:
        """Wait until the predicate holds; show the logs of this cluster if that takes too long."""
        wait_until(predicate, what, timeout, (self.folder / "log").iterdir())

    def start_mon(self, name: str, faketime: str | None = None) -> None:
        """Start a monitor. faketime: an offset of its clock, such as "+0.4s"."""
        self._start("mon", name, self.release.faketime(faketime) if faketime else ())

    def stop_mon(self, name: str) -> None:
        """Stop a monitor."""
        self._stop(f"mon.{name}")

    def start_mgr(self, name: str) -> None:
        """Start a mgr."""
        self._start("mgr", name)

    def stop_mgr(self, name: str) -> None:
        """Stop a mgr."""
        self._stop(f"mgr.{name}")

    def start_mds(self, name: str) -> None:
        """Start an MDS."""
        self._start("mds", name)

    def stop_mds(self, name: str) -> None:
        """Stop an MDS."""
        self._stop(f"mds.{name}")

    def start_osd(self, number: int) -> None:
        """Start an OSD."""
        self._start("osd", str(number))

    def stop_osd(self, number: int) -> None:
        """Stop an OSD."""
        self._stop(f"osd.{number}")

    def quorum(self) -> list[str]:
        """Return the names of the monitors in quorum."""
        names: list[str] = self.ask("quorum_status")["quorum_names"]
        return names

    def mon_state(self, name: str) -> str:
        """Return the state of a monitor: leader, peon, probing or electing.

        The monitor answers this even without a quorum.
        """
        socket = str(self.folder / "run" / f"mon.{name}.asok")
        return str(json.loads(self.ceph("--admin-daemon", socket, "mon_status"))["state"])

    def active_mgr(self) -> str:
        """Return the name of the active mgr, empty if there is none."""
        return str(self.ask("mgr", "dump")["active_name"])

    def osds_up(self) -> int:
        """Return how many OSDs are up."""
        stat = self.ask("osd", "stat")
        # Up to Ceph 14, the numbers are in an object named `osdmap`.
        return int(stat.get("osdmap", stat)["num_up_osds"])

    def complete(self) -> bool:
        """Return True if all daemons are up and all PGs clean; otherwise raise CephError."""
        unsettled = self._observe().unsettled()
        if unsettled:
            raise CephError("; ".join(unsettled))
        return True

    def wait_until_idle(self, timeout: float = 90.0, pause: float = 4.0) -> None:
        """Wait until all daemons are up and nothing has changed for `pause` seconds.

        This checks the maps, the states of the PGs, the pools, and, if the mgr module prometheus
        runs, its page.
        """
        last: object = None
        since = 0.0

        def idle() -> bool:
            nonlocal last, since
            now = self._observe()
            unsettled = now.unsettled()
            constant = None if unsettled else now.constant()
            if constant != last:
                last, since = constant, time.monotonic()
            if unsettled:
                raise CephError("; ".join(unsettled))
            return time.monotonic() - since >= pause

        self.wait(idle, "idle cluster", timeout)

    def apis_answer(self, mgr: str = "x", *, but: str = "") -> bool:
        """Return whether all HTTP servers of a mgr answer; raise HTTPError if one is down.

        but: a module that need not answer.
        """
        index = self.mgrs.index(mgr)
        context = ssl.create_default_context(cafile=self.ca_file)
        urls = [urls[index] for name, (_, urls) in self.modules.items() if name != but]
        return all(httpx.get(url, verify=context, trust_env=False).is_success for url in urls)

    def ask(self, *command: str) -> dict[str, Any]:
        """Run a command of `ceph` and return its decoded JSON output."""
        answer: dict[str, Any] = json.loads(self.ceph(*command, "--format=json"))
        return answer

    def _observe(self) -> Observation:
        kinds = [name.partition(".")[0] for name in self._daemons]
        return Observation(self, {kind: kinds.count(kind) for kind in ("mon", "mgr", "mds", "osd")})

    def _run(self, *command: str, timeout: float = 60.0) -> str:
        configuration = str(self.folder / "ceph.conf")
        return output_of(*command, environment={"CEPH_CONF": configuration}, timeout=timeout)

    def _start(self, kind: str, ident: str, before: tuple[str, ...] = ()) -> None:
        name = f"{kind}.{ident}"
        self._stop(name)
        configuration = str(self.folder / "ceph.conf")
        command = (*before, f"ceph-{kind}", "-d", "-i", ident, "-c", configuration)
        self._daemons[name] = Daemon(
            *self.release.command(*command), log=self.folder / "log" / name
        )

    def _stop(self, name: str) -> None:
        if name in self._daemons:
            self._daemons.pop(name).stop()
