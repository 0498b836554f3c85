"""The service as systemd runs it, set up by the commands of the documents alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import trustme

from ceph_exporter import __version__
from tests.documents import ROOT, block, clone
from tests.real.requirements import require

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

START = ROOT / "docs" / "quickstart.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PROGRAMS = ("curl", "openssl", "pivot_root", "systemctl", "unshare")
# The host of the example does not exist, so the cluster is unreachable.
LOOK = """\
waits() {
    for second in $(seq 60); do
        curl --silent http://localhost:9128/metrics | grep '^ceph_up ' && return
        sleep 1
    done
    return 1
}
waits
systemctl show --property=ActiveState,NRestarts,DynamicUser ceph_exporter
journalctl --unit ceph_exporter --output cat
"""


def missing() -> str | None:
    """Return why no copy of this system can be booted here, None if one can."""
    if os.geteuid() != 0:
        return "root is needed"
    lacking = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else None


def boot(folder: Path, prepare: str, booted: str) -> str:
    """Return the output of two scripts in a copy of this system, the second under systemd."""
    (folder / "prepare").write_text(prepare)
    (folder / "booted").write_text(booted)
    command = [str(ROOT / "testbed" / "boot"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode == 77:
        pytest.skip(f"systemd does not start here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_systemd_runs_the_service_of_the_documents(tmp_path: Path) -> None:
    """The service starts, reads its password, restarts with a new one, and can be removed."""
    require(missing(), "testbed/boot")
    folder = clone(tmp_path)
    # What the reader has copied from a host of Ceph.
    (folder / "password").write_text("secret\n")
    trustme.CA().cert_pem.write_to_path(str(folder / "dashboard.crt"))
    commands = [
        block(START, "## Run it as a service"),
        LOOK,
        block(OPERATIONS, "## Change the password or key", 2),
        "waits\n",
        block(OPERATIONS, "## Remove it"),
        "! systemctl cat ceph_exporter\n",
    ]
    output = boot(folder, block(START, "## Install the exporter"), "".join(commands))
    assert f"ceph_exporter {__version__}" in output
    assert output.count("ceph_up 0") == 2
    assert {"ActiveState=active", "NRestarts=0", "DynamicUser=yes"} <= set(output.splitlines())
    assert re.search(r'msg="cluster unreachable" cluster=prod error="https://mgr\d:8443: ', output)
    assert "password file" not in output
