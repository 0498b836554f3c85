"""Container images and containers of the tests, in a store of their own.

`testbed/install-image` makes the base image from Debian's packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documents import ROOT
from tests.real.requirements import require

STORE = Path("/opt/ceph-exporter-tests/images")
BASE = next(
    line.split()[1]
    for line in (ROOT / "Dockerfile").read_text().splitlines()
    if line.startswith("FROM ")
)


def tool(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run buildah or podman with the store of the tests."""
    store = (program, f"--root={STORE}", f"--runroot={STORE}.run")
    return subprocess.run([*store, *arguments], capture_output=True, text=True, check=False)


def output_of(program: str, *arguments: str) -> str:
    """Return the output of buildah or podman. Raises AssertionError with its errors if it fails."""
    done = tool(program, *arguments)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.strip()


def missing() -> str | None:
    """Return why no image can be built here, None if one can."""
    if os.geteuid() != 0:
        return "images are built as root"
    if lacking := [name for name in ("buildah", "podman", "runc") if not shutil.which(name)]:
        return f"not installed: {', '.join(lacking)}"
    return None if tool("podman", "image", "exists", BASE).returncode == 0 else f"no image {BASE}"


def require_containers() -> None:
    """Require the programs; skip the test where the machine lets no container run."""
    require(missing(), "testbed/install-image")
    limits = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=256:256")
    done = tool("podman", "--runtime=runc", "run", "--rm", "--network=none", *limits, BASE, "true")
    if done.returncode:
        pytest.skip(f"no container runs here: {done.stderr.strip()[-300:]}")
