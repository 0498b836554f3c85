"""The first commands of the README in an empty Debian, with nothing that it does not install.

Empty is the base image that `testbed/install-image` makes: no git, no Python.
"""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from ceph_exporter import __version__
from testbed.waiting import wait_until
from tests.documents import ROOT, block
from tests.real.containers import BASE, output_of, require_containers, tool
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

README = (ROOT / "README.md").read_text(encoding="utf-8")
TRY = README.partition("\n## Try it\n")[2].partition("\n## ")[0]
ASK = (
    "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9128/metrics').read().decode())"
)


def clone(folder: Path) -> Path:
    """Copy the files that git tracks or would add, with changes that are not committed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    copy = folder / "clone"
    copy.mkdir()
    pack = ["tar", "--create", "--null", "--files-from=-", "--ignore-failed-read"]
    packed = subprocess.run(pack, cwd=ROOT, input=names, check=True, capture_output=True).stdout
    subprocess.run(["tar", "--extract"], cwd=copy, input=packed, check=True)
    return copy


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
    yield name
    tool("podman", "rm", "--force", "--time=0", name)


def types(machine: str, command: str) -> str:
    """Return the output of a command that runs as root in the machine."""
    return output_of("podman", "--runtime=runc", "exec", machine, "sh", "-euc", command)


def test_the_demo_runs_in_an_empty_debian(machine: str) -> None:
    """The README's first commands lead to the demo's cluster on /metrics.

    The quick start's first commands install the program.
    """
    (prepare,) = re.findall(r"`(apt [^`]+)`", TRY)
    demo = re.findall(r"^    (\S+)$", TRY, re.MULTILINE)[0]
    types(machine, prepare)
    output_of("podman", "--runtime=runc", "exec", "--detach", machine, demo)

    def served() -> bool:
        return (
            "ceph_up 1"
            in tool(*("podman", "--runtime=runc", "exec", machine, "python3", "-c", ASK)).stdout
        )

    wait_until(served, "page of the demo", 400)
    types(machine, block(ROOT / "docs" / "quickstart.md", "# Quick starts"))
    assert types(machine, "ceph_exporter --version") == f"ceph_exporter {__version__}"
