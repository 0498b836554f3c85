"""Real Ceph 16.2 for the tests: monitors, mgrs, memory-store OSDs, on loopback, in one folder.

What they need is installed by the script `install` beside this file.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx

from tests.real.process import ENVIRONMENT, CephError, Daemon, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROGRAMS = (
    *("ceph-mon", "ceph-mgr", "ceph-osd", "ceph", "ceph-authtool", "monmaptool"),
    *("openssl", "setpriv"),
)
# Debian's mgr modules, and where `install` puts the python packages that work in the
# sub-interpreters ceph-mgr gives each of them.
MGR_FOLDERS = (Path("/usr/share/ceph/mgr"), Path("/opt/ceph-exporter-tests/mgr-python"))
USER = "exporter"

# By default monitors compare their clocks every 300 s (30 s once a skew is known), miss a silent
# one after 10 s and a silent mgr after 30 s, and tell the mgr of it all every 5 s: all shortened.
CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = {mon_host}
public addr = 127.0.0.1
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
log to file = false
ms bind port min = {port_min}
ms bind port max = {port_max}
mon data = {folder}/$name
mgr data = {folder}/$name
osd data = {folder}/$name
auth allow insecure global id reclaim = false
mgr initial modules = dashboard restful
mgr module path = {folder}/modules
mgr stats period = 1
mgr tick period = 1
mon cluster log to file = false
mon data avail crit = 1
mon data avail warn = 2
mon election timeout = 2
mon lease = 3
mon mgr beacon grace = 10
mon mgr digest period = 1
mon timecheck interval = 2
mon timecheck skew interval = 1
mon warn on pool no redundancy = false
mon warn on too few osds = false
osd crush chooseleaf type = 0
osd fast shutdown = false
osd objectstore = memstore
osd pool default min size = 1
osd pool default size = {size}
"""


def available() -> str | None:
    """Why no cluster can be started here, or None if one can."""
    if os.geteuid() != 0:
        return "real clusters need root"
    path = ENVIRONMENT["PATH"]
    missing = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    missing += [str(folder) for folder in MGR_FOLDERS if not folder.is_dir()]
    return f"not installed: {', '.join(missing)}" if missing else None


class CephCluster:
    """A cluster with monitors a, b, c, mgrs x, y and OSDs 0, 1, 2, as many as asked for.

    It uses the 100 ports from `base_port` on. They must lie below 32768, or an outgoing
    connection takes one some day and a monitor cannot come back.
    """

    def __init__(
        self, folder: Path, *, mons: int = 3, mgrs: int = 1, osds: int = 3, base_port: int
    ) -> None:
        if base_port + 100 > 32768:
            raise ValueError(f"base port {base_port} is too high")
        self.folder = folder.absolute()
        self.mons = "abcde"[:mons]
        self.mgrs = "xy"[:mgrs]
        self.osds = range(osds)
        self.ca_file = self.folder / "server.crt"
        self.password_file = self.folder / "password"
        self.restful_key_file = self.folder / "restful_key"
        # Of each mgr. Only the active one serves restful; the other's dashboard redirects.
        self.dashboard_urls = [f"https://127.0.0.1:{base_port + 10 + n}" for n in range(mgrs)]
        self.restful_urls = [f"https://127.0.0.1:{base_port + 15 + n}" for n in range(mgrs)]
        self._base_port = base_port
        self._fsid = str(uuid.uuid4())
        self._daemons: dict[str, Daemon] = {}

    def __enter__(self) -> Self:
        """Start; a start that fails half way leaves nothing running."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def dashboard_url(self) -> str:
        """Of mgr x, which is the active one until a test stops it."""
        return self.dashboard_urls[0]

    @property
    def restful_url(self) -> str:
        """Of mgr x."""
        return self.restful_urls[0]

    def start(self) -> None:
        """Make the cluster; return when both HTTP APIs answer and all that was asked for is up."""
        self._make_folder()
        self._make_keyring()
        self._make_monitors()
        for name in self.mons:
            self.start_mon(name)
        self.wait(lambda: len(self.quorum()) == len(self.mons), "quorum of all monitors", 30)
        self._configure_modules()
        for name in self.mgrs:
            self.start_mgr(name)
            self.wait(lambda: self.active_mgr() == "x", "active mgr", 30)
        for number in self.osds:
            self._make_osd(number)
            self.start_osd(number)
        self.wait(self.apis_answer, "answer of dashboard and restful", 60)
        self._make_users()
        self.wait(self.complete, "whole cluster", 60)

    def stop(self) -> None:
        """End every daemon started here; monitors last, as the others take leave of them."""
        for name in sorted(self._daemons, key=lambda name: name.startswith("mon.")):
            self._stop(name)

    def ceph(self, *arguments: str, timeout: float = 20.0) -> str:
        """Return what the command line prints, asked as client.admin."""
        return self._run("ceph", *arguments, timeout=timeout)

    def wait(self, predicate: Callable[[], bool], what: str, timeout: float) -> None:
        """Poll like wait_until, with the logs of this cluster."""
        wait_until(predicate, what, timeout, (self.folder / "log").iterdir())

    def start_mon(self, name: str, faketime: str | None = None) -> None:
        """Start a monitor, with its clock wrong by `faketime` such as "+0.4s" if given."""
        environment = dict(ENVIRONMENT)
        if faketime is not None:
            library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
            environment |= {
                "LD_PRELOAD": str(library),
                "FAKETIME": faketime,
                "DONT_FAKE_MONOTONIC": "1",
            }
        self._start("mon", name, environment)

    def stop_mon(self, name: str) -> None:
        self._stop(f"mon.{name}")

    def start_mgr(self, name: str) -> None:
        self._start("mgr", name)

    def stop_mgr(self, name: str) -> None:
        self._stop(f"mgr.{name}")

    def start_osd(self, number: int) -> None:
        self._start("osd", str(number))

    def stop_osd(self, number: int) -> None:
        self._stop(f"osd.{number}")

    def quorum(self) -> list[str]:
        names: list[str] = self._ask("quorum_status")["quorum_names"]
        return names

    def mon_state(self, name: str) -> str:
        """Ask a monitor itself, quorum or not: leader, peon, probing or electing."""
        socket = str(self.folder / "run" / f"mon.{name}.asok")
        return str(json.loads(self.ceph("--admin-daemon", socket, "mon_status"))["state"])

    def active_mgr(self) -> str:
        """Name of the active mgr; empty when there is none."""
        return str(self._ask("mgr", "dump")["active_name"])

    def osds_up(self) -> int:
        return int(self._ask("osd", "stat")["num_up_osds"])

    def complete(self) -> bool:
        """Whether all is up and well, with the pool of PGs that Ceph makes itself in time."""
        status = self._ask("status")
        states = {state["state_name"] for state in status["pgmap"]["pgs_by_state"]}
        return (
            len(status["quorum"]) == len(self.mons)
            and status["mgrmap"]["num_standbys"] == len(self.mgrs) - 1
            and status["osdmap"]["num_up_osds"] == len(self.osds)
            and states == ({"active+clean"} if self.osds else set())
        )

    def apis_answer(self, mgr: str = "x") -> bool:
        """Whether dashboard and restful of a mgr answer; an HTTPError if they are not there."""
        index = self.mgrs.index(mgr)
        context = ssl.create_default_context(cafile=self.ca_file)
        urls = (self.dashboard_urls[index], self.restful_urls[index])
        return all(httpx.get(url, verify=context, trust_env=False).is_success for url in urls)

    def _ask(self, *command: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.ceph(*command, "--format=json"))
        return answer

    def _run(self, *command: str, timeout: float = 20.0) -> str:
        environment = {**ENVIRONMENT, "CEPH_CONF": str(self.folder / "ceph.conf")}
        try:
            done = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise CephError(f"{' '.join(command)}: no answer in {timeout:.0f} s") from None
        except subprocess.CalledProcessError as error:
            raise CephError(f"{' '.join(command)}: {error.stderr.strip()}") from None
        return done.stdout

    def _start(self, kind: str, ident: str, environment: Mapping[str, str] = ENVIRONMENT) -> None:
        name = f"{kind}.{ident}"
        self._stop(name)
        self._daemons[name] = Daemon(
            *(f"ceph-{kind}", "-d", "-i", ident, "-c", str(self.folder / "ceph.conf")),
            log=self.folder / "log" / name,
            environment=environment,
        )

    def _stop(self, name: str) -> None:
        if name in self._daemons:
            self._daemons.pop(name).stop()

    def _addresses(self, mon: str) -> str:
        port = self._base_port + 2 * self.mons.index(mon)
        return f"[v2:127.0.0.1:{port},v1:127.0.0.1:{port + 1}]"

    def _make_folder(self) -> None:
        for name in ("log", "run", "modules"):
            (self.folder / name).mkdir(parents=True)
        # ceph-mgr puts its module path, one folder, before Debian's packages and PYTHONPATH after.
        for source in (entry for folder in MGR_FOLDERS for entry in folder.iterdir()):
            if source.name != "__pycache__":
                (self.folder / "modules" / source.name).symlink_to(source)
        text = CONFIGURATION.format(
            fsid=self._fsid,
            mon_host=" ".join(self._addresses(name) for name in self.mons),
            folder=self.folder,
            port_min=self._base_port + 20,
            port_max=self._base_port + 99,
            size=max(1, len(self.osds)),
        )
        (self.folder / "ceph.conf").write_text(text)
        self._run(
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *("-subj", "/CN=ceph", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-keyout", str(self.folder / "server.key"), "-out", str(self.ca_file)),
        )

    def _make_keyring(self) -> None:
        """Make one keyring for all: new monitors take over every key that is in it."""
        osd_rights = {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"}
        mgr_rights = {"mon": "allow profile mgr", "osd": "allow *", "mds": "allow *"}
        rights = {
            "mon.": {"mon": "allow *"},
            "client.admin": {"mon": "allow *", "mgr": "allow *", "osd": "allow *"},
            **{f"mgr.{name}": mgr_rights for name in self.mgrs},
            **{f"osd.{number}": osd_rights for number in self.osds},
        }
        keyring = str(self.folder / "keyring")
        self._run("ceph-authtool", "--create-keyring", keyring)
        for entity, caps in rights.items():
            words = [word for kind, cap in caps.items() for word in ("--cap", kind, cap)]
            self._run("ceph-authtool", keyring, "--gen-key", "-n", entity, *words)

    def _make_monitors(self) -> None:
        monmap, keyring = str(self.folder / "monmap"), str(self.folder / "keyring")
        members = [word for mon in self.mons for word in ("--addv", mon, self._addresses(mon))]
        self._run("monmaptool", "--create", "--fsid", self._fsid, *members, monmap)
        for name in self.mons:
            self._run("ceph-mon", "--mkfs", "-i", name, "--monmap", monmap, "--keyring", keyring)

    def _make_osd(self, number: int) -> None:
        (self.folder / f"osd.{number}").mkdir()
        identity = str(uuid.uuid4())
        self.ceph("osd", "new", identity, str(number))
        self._run("ceph-osd", "--mkfs", "-i", str(number), "--osd-uuid", identity)

    def _configure_modules(self) -> None:
        """Do it before the first mgr runs, so that the modules need not start twice.

        The monitors do not know the options of modules then, and take them by force only.
        """
        for option, urls in (
            ("dashboard/{}/ssl_server_port", self.dashboard_urls),
            ("restful/{}/server_port", self.restful_urls),
        ):
            module = f"mgr/{option.partition('/')[0]}"
            self.ceph("config", "set", "mgr", f"{module}/server_addr", "127.0.0.1", "--force")
            for name, url in zip(self.mgrs, urls, strict=True):
                port = url.rpartition(":")[2]
                self.ceph("config", "set", "mgr", f"mgr/{option.format(name)}", port, "--force")
            for kind in ("crt", "key"):
                file = str(self.folder / f"server.{kind}")
                self.ceph("config-key", "set", f"{module}/{kind}", "-i", file)

    def _make_users(self) -> None:
        # The monitors learn the commands of modules from the mgr, some time after it serves HTTP.
        self.wait(lambda: bool(self.ceph("restful", "list-keys")), "commands of modules", 30)
        self.password_file.write_text(uuid.uuid4().hex)
        create = ("dashboard", "ac-user-create", USER, "-i", str(self.password_file))
        self.ceph(*create, "read-only", "--force-password")
        self.restful_key_file.write_text(self.ceph("restful", "create-key", USER).strip())
