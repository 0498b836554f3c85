"""Notifications to systemd, and checks of the unit files by systemd-analyze."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.web.systemd import Notifier
from tests.documents import ROOT, block

UNITS = ROOT / "deploy" / "systemd"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """Listen as systemd does; yield the address for NOTIFY_SOCKET, and the socket."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(10)
        if request.param == "path":
            listening.bind(address)
        else:
            listening.bind(f"\0{address}")
            address = f"@{address}"
        yield address, listening


def test_systemd_is_notified(manager: tuple[str, socket.socket]) -> None:
    """Each event is one message; an unchanged status is not sent again."""
    address, listening = manager
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"})
    assert notifier.watchdog == 30
    notifier.ready("all well")
    assert listening.recv(1000) == b"READY=1\nSTATUS=all well"
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    match = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", listening.recv(1000).decode())
    assert match is not None
    assert before <= int(match[1]) <= time.monotonic_ns() // 1000
    notifier.alive()
    assert listening.recv(1000) == b"WATCHDOG=1"
    notifier.status("x")
    notifier.status("x")
    notifier.stopping()
    assert [listening.recv(1000) for _ in range(2)] == [b"STATUS=x", b"STOPPING=1"]


def test_a_status_cannot_forge_a_message(manager: tuple[str, socket.socket]) -> None:
    """What does not print in a status, such as a line break in a cluster's name, is escaped."""
    address, listening = manager
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.ready("a\nSTOPPING=1\ud800")
    notifier.status("b\nMAINPID=1")
    assert listening.recv(1000) == b"READY=1\nSTATUS=a\\nSTOPPING=1\\ud800"
    assert listening.recv(1000) == b"STATUS=b\\nMAINPID=1"


def test_an_absurd_watchdog_is_none() -> None:
    """A WATCHDOG_USEC that is no sane number is ignored."""
    for text in ("x", "-1", "9" * 5000, "9" * 400):
        assert Notifier({"WATCHDOG_USEC": text}).watchdog is None


def test_without_systemd_nothing_is_sent(tmp_path: Path) -> None:
    """A missing or dead socket is not an error, and without a watchdog nothing is sent to it."""
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        notifier = Notifier(environment)
        assert notifier.watchdog is None
        notifier.ready("x")
        notifier.alive()


@pytest.mark.parametrize(
    ("document", "heading"),
    [("README.md", "## Install it"), ("docs/quickstart.md", "## Install the exporter")],
)
def test_the_unit_starts_what_the_documents_install(document: str, heading: str) -> None:
    """The program of the unit is the link that the document creates."""
    unit = (UNITS / "ceph_exporter.service").read_text(encoding="utf-8")
    (program,) = re.findall(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    assert re.findall(r"^ln -sf \S+ (\S+)$", block(ROOT / document, heading), re.MULTILINE) == [
        program
    ]


@needs_systemd
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    """systemd-analyze verify prints nothing about the service and the socket."""
    for name in ("ceph_exporter.service", "ceph_exporter.socket"):
        # verify requires that the program exists.
        text = (UNITS / name).read_text().replace("/usr/local/bin/ceph_exporter", "/bin/true")
        (tmp_path / name).write_text(text)
    units = [str(tmp_path / name) for name in ("ceph_exporter.service", "ceph_exporter.socket")]
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
def test_the_service_is_hardened() -> None:
    """The exposure level that systemd-analyze computes is at most 1.5."""
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(UNITS / "ceph_exporter.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"exposure level for ceph_exporter.service: ([\d.]+)", result.stdout)
    assert level is not None, result.stderr
    assert float(level[1]) <= 1.5


def test_the_drop_in_for_new_systemd_only_changes_the_reload() -> None:
    """With systemd 253 and later, notify-reload replaces ExecReload."""
    text = (UNITS / "ceph_exporter.service.d" / "notify-reload.conf").read_text()
    settings = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    assert settings == ["Type=notify-reload", "ExecReload="]
