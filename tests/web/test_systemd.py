"""What systemd is told, and the unit files as systemd's own tool sees them."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.web.systemd import Notifier

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """Listen as systemd does; give the address as it names it, and the socket."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(10)
        if request.param == "path":
            listening.bind(address)
        else:
            listening.bind(f"\0{address}")
            address = f"@{address}"
        yield address, listening


def test_systemd_is_told_what_happens(manager: tuple[str, socket.socket]) -> None:
    """Ready, reloading with the time, alive, a changed status once, and the end are sent."""
    address, listening = manager
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"})
    assert notifier.watchdog == 30
    notifier.ready("all well")
    assert listening.recv(1000) == b"READY=1\nSTATUS=all well"
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    found = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", listening.recv(1000).decode())
    assert found is not None
    assert before <= int(found[1]) <= time.monotonic_ns() // 1000
    notifier.alive()
    assert listening.recv(1000) == b"WATCHDOG=1"
    notifier.status("x")
    notifier.status("x")
    notifier.stopping()
    assert [listening.recv(1000) for _ in range(2)] == [b"STATUS=x", b"STOPPING=1"]


def test_without_systemd_nobody_is_told(tmp_path: Path) -> None:
    """Neither no socket nor a dead one is an error, and without a watchdog none is fed."""
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        notifier = Notifier(environment)
        assert notifier.watchdog is None
        notifier.ready("x")
        notifier.alive()


@needs_systemd
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    """systemd-analyze verify has nothing to say about service and socket."""
    for name in ("ceph_exporter.service", "ceph_exporter.socket"):
        # verify wants the program to be there.
        text = (UNITS / name).read_text().replace("/usr/bin/ceph_exporter", "/bin/true")
        (tmp_path / name).write_text(text)
    units = [str(tmp_path / name) for name in ("ceph_exporter.service", "ceph_exporter.socket")]
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


@needs_systemd
def test_the_service_is_exposed_to_little() -> None:
    """Systemd's own score of the hardening is 1.5 at most."""
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(UNITS / "ceph_exporter.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"exposure level for ceph_exporter.service: ([\d.]+)", found.stdout)
    assert level is not None, found.stderr
    assert float(level[1]) <= 1.5


def test_the_drop_in_for_new_systemd_only_changes_the_reload() -> None:
    """notify-reload is for systemd 253 and later, and takes the place of ExecReload."""
    text = (UNITS / "ceph_exporter.service.d" / "notify-reload.conf").read_text()
    settings = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    assert settings == ["Type=notify-reload", "ExecReload="]
