"""The folder, ports, configuration and keys of a cluster."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.releases import Release

# The intervals are shorter than Ceph's defaults. By default, daemons report to the mgr every 5 s.
# Monitors compare their clocks every 300 s (every 30 s during a skew), and notice the loss of a
# monitor after 10 s and that of a mgr after 30 s.
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
mds data = {folder}/$name
osd data = {folder}/$name
auth allow insecure global id reclaim = false
mgr initial modules = {modules}
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
osd class dir = {classes}
osd crush chooseleaf type = 0
osd fast shutdown = false
osd objectstore = memstore
osd pool default min size = 1
osd pool default pg autoscale mode = off
osd pool default size = {size}
"""


# Under Debian's Python 3, the module restful of Ceph 14 answers every command with an HTTP 500 and
# "Object of type map is not JSON serializable". This map() returns a list, as it does in Python 2.
LISTS = """

def map(function, items):
    return [function(item) for item in items]
"""


class Layout:
    """The names, addresses and files of a cluster, without any processes.

    The cluster uses 100 ports, starting with `port`. All must be below 32768: a higher port may be
    in use by an outgoing connection when a monitor restarts and needs its port again.
    """

    def __init__(self, folder: Path, release: Release, counts: dict[str, int], port: int) -> None:
        if port + 100 > 32768:
            raise ValueError(f"base port {port} is too high")
        self.folder = folder.absolute()
        self.release = release
        self.fsid = str(uuid.uuid4())
        self.mons = "abcde"[: counts["mon"]]
        self.mgrs = "xy"[: counts["mgr"]]
        self.mdss = "mn"[: counts["mds"]]
        self.osds = range(counts["osd"])
        self.ca_file = self.folder / "server.crt"
        self.key_file = self.folder / "server.key"
        self.password_file = self.folder / "password"
        self.restful_key_file = self.folder / "restful_key"
        # One URL for each mgr. A standby does not serve restful, and its dashboard redirects.
        numbers = range(len(self.mgrs))
        self.dashboard_urls = [f"https://127.0.0.1:{port + 10 + n}" for n in numbers]
        self.restful_urls = [f"https://127.0.0.1:{port + 15 + n}" for n in numbers]
        self.module_urls = [f"http://127.0.0.1:{port + 12 + n}/metrics" for n in numbers]
        self._port = port

    @property
    def dashboard_url(self) -> str:
        """The URL of the dashboard on mgr x, which is active until a test stops it."""
        return self.dashboard_urls[0]

    @property
    def restful_url(self) -> str:
        """The URL of restful on mgr x."""
        return self.restful_urls[0]

    @property
    def module_url(self) -> str:
        """The URL of the metrics of the module prometheus on mgr x."""
        return self.module_urls[0]

    def mon_addresses(self, mon: str) -> str:
        """Return both addresses of a monitor, in the form of the option `mon host`."""
        port = self._port + 2 * self.mons.index(mon)
        return f"[v2:127.0.0.1:{port},v1:127.0.0.1:{port + 1}]"

    def make_folder(self, modules: list[str]) -> None:
        """Create the folder and the configuration for a cluster with these mgr modules."""
        for name in ("log", "run", "modules"):
            (self.folder / name).mkdir(parents=True)
        # ceph-mgr has to find these packages before Debian's. It searches the module path first,
        # then Debian's packages, then PYTHONPATH. The module path must be a single folder.
        for source in self.release.modules():
            (self.folder / "modules" / source.name).symlink_to(source)
        if self.release.restful_needs_lists:
            patched = self.folder / "modules" / "restful"
            patched.unlink()
            shutil.copytree(self.release.usr / "share/ceph/mgr/restful", patched)
            with (patched / "module.py").open("a") as module:
                module.write(LISTS)
        text = CONFIGURATION.format(
            fsid=self.fsid,
            mon_host=" ".join(self.mon_addresses(name) for name in self.mons),
            folder=self.folder,
            port_min=self._port + 20,
            port_max=self._port + 99,
            modules=" ".join(modules),
            classes=self.release.object_classes(),
            size=max(1, len(self.osds)),
        )
        (self.folder / "ceph.conf").write_text(text)

    def make_certificate_command(self) -> tuple[str, ...]:
        """Return the command that makes one certificate for all servers."""
        return (
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *("-subj", "/CN=ceph", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-keyout", str(self.key_file), "-out", str(self.ca_file)),
        )

    def make_keyring_commands(self) -> list[tuple[str, ...]]:
        """Return the commands that create a keyring with the keys of all daemons.

        New monitors import all keys of this keyring.
        """
        osd_rights = {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"}
        mgr_rights = {"mon": "allow profile mgr", "osd": "allow *", "mds": "allow *"}
        mds_rights = {"mon": "allow profile mds", "mgr": "allow profile mds"}
        mds_rights |= {"osd": "allow rwx", "mds": "allow *"}
        everything = {"mon": "allow *", "mgr": "allow *", "osd": "allow *", "mds": "allow *"}
        rights = {
            "mon.": {"mon": "allow *"},
            "client.admin": everything,
            **{f"mgr.{name}": mgr_rights for name in self.mgrs},
            **{f"mds.{name}": mds_rights for name in self.mdss},
            **{f"osd.{number}": osd_rights for number in self.osds},
        }
        tool = ("ceph-authtool", str(self.folder / "keyring"))
        commands: list[tuple[str, ...]] = [(*tool, "--create-keyring")]
        for entity, caps in rights.items():
            words = [word for kind, cap in caps.items() for word in ("--cap", kind, cap)]
            commands.append((*tool, "--gen-key", "-n", entity, *words))
        return commands

    def make_monitors_commands(self) -> list[tuple[str, ...]]:
        """Return the commands that create the stores of the monitors."""
        monmap, keyring = str(self.folder / "monmap"), str(self.folder / "keyring")
        members = [word for mon in self.mons for word in ("--addv", mon, self.mon_addresses(mon))]
        make = ("ceph-mon", "--mkfs", "--monmap", monmap, "--keyring", keyring)
        return [
            ("monmaptool", "--create", "--fsid", self.fsid, *members, monmap),
            *((*make, "-i", name) for name in self.mons),
        ]
