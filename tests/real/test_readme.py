"""The commands that install the exporter in an empty Debian, with nothing that they do not install.

Empty is the base image that `testbed/install-image` makes: no git, no Python. It has no systemd
either, so `systemctl` does nothing, and the test starts the program as the unit says.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest
import trustme

from ceph_exporter import __version__
from testbed.waiting import wait_until
from tests.documents import ROOT, block, clone
from tests.real.containers import BASE, output_of, require_containers, tool
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

README = (ROOT / "README.md").read_text(encoding="utf-8")
START = ROOT / "docs" / "quickstart.md"
OPERATIONS = ROOT / "docs" / "operations.md"
TRY = README.partition("\n## Try it\n")[2].partition("\n## ")[0]
(PREPARE,) = re.findall(r"`(apt [^`]+)`", TRY)
ASK = (
    "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9128/metrics').read().decode())"
)


def taken() -> str | None:
    """Return an error if the demo's port, which the README names, is in use, None otherwise."""
    with socket.socket() as client:
        return None if client.connect_ex(("127.0.0.1", 9128)) else "port 9128 is in use"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[str]:
    """Start an empty Debian with a clone of the repository and access to package registries."""
    require(taken(), "what listens there")
    require_containers()
    name = output_of(
        *("podman", "--runtime=runc", "run", "--detach", "--network=host"),
        # Limits that every machine permits.
        *("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"),
        *(f"--volume={clone(tmp_path)}:/clone", "--workdir=/clone"),
        *("--env=DEBIAN_FRONTEND=noninteractive", "--entrypoint=sleep", BASE, "3600"),
    )
    types(name, PREPARE)
    yield name
    tool("podman", "rm", "--force", "--time=0", name)


def types(machine: str, command: str) -> str:
    """Return the output of a command that runs as root in the machine."""
    return output_of("podman", "--runtime=runc", "exec", machine, "sh", "-euc", command)


def serves(machine: str, command: str, line: str, timeout: float) -> None:
    """Start a command in the machine and wait until its page contains a line."""
    program = ("podman", "--runtime=runc", "exec")
    output_of(*program, "--detach", machine, "sh", "-euc", f"exec {command}")

    def served() -> bool:
        return line in tool(*program, machine, "python3", "-c", ASK).stdout.splitlines()

    wait_until(served, f"page of {command}", timeout)


def test_the_demo_runs_in_an_empty_debian(machine: str) -> None:
    """The README's first commands lead to the demo's clusters on /metrics."""
    demo = re.findall(r"^    (\S+)$", TRY, re.MULTILINE)[0]
    serves(machine, demo, 'ceph_up{cluster="reef"} 1', 400)


def test_the_service_starts_as_the_unit_says(machine: str, tmp_path: Path) -> None:
    """The documents alone install what the unit starts, for a user without rights, and remove it.

    The README and the page for users who start install the same program in the same way.
    """
    types(machine, block(ROOT / "README.md", "## Install it"))
    version = types(machine, block(START, "## Install the exporter"))
    assert version.splitlines()[-1] == f"ceph_exporter {__version__}"
    # What the reader has copied from a host of Ceph, and the service manager.
    (tmp_path / "clone" / "password").write_text("secret\n")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "clone" / "dashboard.crt"))
    types(machine, "ln -s /bin/true /usr/bin/systemctl")
    types(machine, block(START, "## Run it as a service"))
    types(machine, block(OPERATIONS, "## Upgrade"))
    # systemd does this for LoadCredential.
    types(
        machine,
        "install -d /run/credentials/ceph_exporter.service; cd /etc/ceph_exporter/credentials; "
        "for file in *; do install --owner=65534 --mode=400 $file "
        "/run/credentials/ceph_exporter.service/credentials_$file; done",
    )
    unit = types(machine, "cat /etc/systemd/system/ceph_exporter.service")
    (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups"
    # The host of the example does not exist.
    serves(machine, f"{nobody} {command}", "ceph_up 0", 60)
    types(machine, block(OPERATIONS, "## Remove it"))
    left = "find / -xdev -name '*ceph_exporter*' -not -path '/clone/*' -not -path '/run/*'"
    assert types(machine, left) == ""
