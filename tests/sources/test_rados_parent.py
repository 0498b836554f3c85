"""The child process of the source `rados` dies with its parent, even while librados hangs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import rados_child
from ceph_exporter.sources.rados import Rados
from tests.sources.faulty import until
from tests.sources.scripted_rados import Cluster

# A parent whose child hangs in a call. The process that it starts then keeps the child's input
# open, so that the child never sees the end of it.
PARENT = """
import subprocess, sys
from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials
from ceph_exporter.sources.rados import Rados
conf, python, keeps_open = sys.argv[1:]
source = Rados(conf, Credentials("prom"), Deadline(600), [python])
child = source._process._child
other = 0
if keeps_open == "yes":
    other = subprocess.Popen(["sleep", "60"], pass_fds=[child.stdin.fileno()], stdout=2).pid
print(child.pid, other, flush=True)
list(source.fetch(["status"], Deadline(600)))
"""


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie that nobody waits for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@pytest.fixture
def hanging(tmp_path: Path) -> Cluster:
    """Return a cluster whose `status` hangs."""
    cluster = Cluster(tmp_path)
    cluster.does({"status": "hang"})
    return cluster


@pytest.mark.parametrize("keeps_open", ["yes", "no"])
def test_a_killed_parent_takes_a_hanging_child_with_it(hanging: Cluster, keeps_open: str) -> None:
    """After SIGKILL of the parent the child is gone, also if its input never ends."""
    command = [sys.executable, "-c", PARENT, str(hanging.conf), str(hanging.python), keeps_open]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child, other = map(int, parent.stdout.readline().split())
        try:
            until(lambda: "mon status" in hanging.asked())
            assert alive(child)
            parent.kill()
            parent.wait()
            until(lambda: not alive(child))
            assert not alive(child)
        finally:
            for pid in filter(alive, filter(None, (child, other))):
                subprocess.run(["kill", "-KILL", str(pid)], check=False)


def test_the_end_of_the_input_ends_a_hanging_call(hanging: Cluster) -> None:
    """Where the kernel does not end the child, the end of its input does."""
    source = Rados(str(hanging.conf), hanging.credentials, Deadline(60), [str(hanging.python)])
    assert source._process is not None
    child = source._process._child
    assert child.stdin is not None
    child.stdin.write(b'{"to": "mon", "command": {"prefix": "status"}, "limit": 1}\n')
    until(lambda: "mon status" in hanging.asked())
    child.stdin.close()
    assert child.wait(30) == 0
    source.close()


def test_a_parent_that_died_before_is_noticed(tmp_path: Path) -> None:
    """A child whose parent is another one than it was told serves nothing."""
    command = [sys.executable, "-I", str(Path(rados_child.__file__)), "1"]
    with (tmp_path / "empty").open("w+b") as errors:
        done = subprocess.run(
            command, input=b"{}\n", stdout=subprocess.PIPE, stderr=errors, check=True, timeout=60
        )
        assert done.stdout == b""
        errors.seek(0)
        assert errors.read() == b""


@pytest.mark.parametrize("error", [ImportError, OSError, AttributeError])
def test_a_python_without_prctl_starts(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Without the module ctypes or the C library's function the end of the input remains."""

    def fail(_name: str) -> None:
        raise error

    monkeypatch.setattr(rados_child, "import_module", fail)
    monkeypatch.setattr(os, "getppid", lambda: 7)
    rados_child.die_with_parent(7)
