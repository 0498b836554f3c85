"""The releases of Ceph for tests: the one of the system, and unpacked ones.

A process of an unpacked release has its own mount namespace, in which the release's /usr replaces
the system's. The mount disappears with the process, even if it is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from testbed.process import ENVIRONMENT

# Python packages, installed by `install`, that work in the sub-interpreters of ceph-mgr.
MGR_PYTHON = Path("/opt/ceph-exporter-tests/mgr-python")
PROGRAMS = ("ceph-mon", "ceph-mgr", "ceph-osd", "ceph-mds", "ceph", "ceph-authtool", "monmaptool")
TOOLS = ("openssl", "setpriv", "unshare")
ENTER = 'mount --bind "$0" /usr && exec "$@"'


@dataclass(frozen=True)
class Release:
    """A release: its files, its features, and the first port of its clusters."""

    name: str
    usr: Path
    base_port: int
    # The module restful was removed in Ceph 20.
    has_restful: bool = True
    # Its module restful works only with Python 2, in which map() returns a list.
    restful_needs_lists: bool = False
    # The Python packages of its mgr do not work in sub-interpreters.
    needs_mgr_python: bool = False
    # In a cluster with OSDs, the mgr creates a pool for itself.
    has_mgr_pool: bool = True
    # `ac-user-create` refuses a weak password without --force-password.
    checks_passwords: bool = True

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command that runs a program of this release."""
        if self.usr == SYSTEM_USR:
            return command
        return ("unshare", "--mount", "sh", "-c", ENTER, str(self.usr), *command)

    def faketime(self, offset: str) -> tuple[str, ...]:
        """Return a prefix for commands that shifts their clock by an offset such as "+0.4s"."""
        library = next(self.usr.glob("lib/*/faketime/libfaketimeMT.so.1"))
        seen = SYSTEM_USR / library.relative_to(self.usr)
        return ("env", f"LD_PRELOAD={seen}", f"FAKETIME={offset}", "DONT_FAKE_MONOTONIC=1")

    def object_classes(self) -> Path:
        """Return the path of the OSDs' object classes, as a process of this release sees it.

        It is the value of the option `osd class dir`. By default, Debian's Ceph 18 and 20 look for
        the classes below the working directory.
        """
        return SYSTEM_USR / next(self.usr.glob("lib/*/rados-classes")).relative_to(self.usr)

    def modules(self) -> list[Path]:
        """Return the contents of the mgr's module path, as processes of this release see them."""
        folders = [self.usr / "share/ceph/mgr"]
        if self.needs_mgr_python:
            folders.append(MGR_PYTHON)
        entries = [entry for folder in folders for entry in folder.iterdir()]
        return [
            SYSTEM_USR / path.relative_to(self.usr) if path.is_relative_to(self.usr) else path
            for path in entries
            if path.name != "__pycache__"
        ]

    def available(self) -> str | None:
        """Return why a cluster of this release cannot be started here, or None if it can."""
        if os.geteuid() != 0:
            return "real clusters need root"
        path = ENVIRONMENT["PATH"]
        own = f"{self.usr}/bin:{self.usr}/sbin"
        missing = [program for program in TOOLS if shutil.which(program, path=path) is None]
        missing += [program for program in PROGRAMS if shutil.which(program, path=own) is None]
        folders = (self.usr / "share/ceph/mgr/dashboard", MGR_PYTHON)
        missing += [str(folder) for folder in folders if not folder.is_dir()]
        if missing:
            return f"not installed for Ceph {self.name}: {', '.join(missing)}"
        done = subprocess.run(
            self.command("true"), env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        return f"no mount namespace: {done.stderr.strip()}" if done.returncode else None


SYSTEM_USR = Path("/usr")
_UNPACKED = Path("/opt/ceph-exporter-tests")
# The first port of all releases. Concurrent test runs on one machine need different values.
PORTS = int(os.environ.get("CEPH_EXPORTER_TEST_PORTS", "21000"))
RELEASES = {
    release.name: release
    for release in (
        Release(
            "14.2.21",
            _UNPACKED / "14.2.21/usr",
            PORTS + 1000,
            restful_needs_lists=True,
            has_mgr_pool=False,
            checks_passwords=False,
        ),
        Release("16.2.15", SYSTEM_USR, PORTS + 1100, needs_mgr_python=True),
        Release("18.2.7", _UNPACKED / "18.2.7/usr", PORTS + 1200, needs_mgr_python=True),
        Release("20.2.4", _UNPACKED / "20.2.4/usr", PORTS + 1300, has_restful=False),
    )
}
SYSTEM = "16.2.15"
