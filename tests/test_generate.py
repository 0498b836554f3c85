"""scripts/generate: the committed files are current, and stale ones are named or written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT

pytestmark = pytest.mark.usefixtures("untraced")


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a copy of the repository."""
    environment = {**os.environ, "PYTHON": sys.executable}
    command = [str(root / "scripts" / "generate"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_generated_files_are_current() -> None:
    """Every file that scripts/generate writes is what it would write now."""
    done = generate(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the repository without its environments and caches."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "dist", "build")
    return Path(shutil.copytree(ROOT, tmp_path / "copy", ignore=ignored))


def test_stale_files_are_named_and_then_written(copy: Path) -> None:
    """A changed, a missing and a surplus file are named by --check, and put right without it."""
    changed, missing = copy / "docs" / "metrics.md", copy / "tests" / "golden" / "18.txt"
    surplus = copy / "tests" / "golden" / "19.txt"
    expected = [file.read_bytes() for file in (changed, missing)]
    changed.write_text("changed")
    missing.unlink()
    surplus.write_text("surplus")
    checked = generate(copy, "--check")
    assert checked.returncode == 1, checked.stderr
    assert checked.stdout.splitlines() == [
        "docs/metrics.md: out of date, run scripts/generate",
        "tests/golden/18.txt: out of date, run scripts/generate",
        "tests/golden/19.txt: out of date, run scripts/generate",
    ]
    assert changed.read_text() == "changed"
    assert generate(copy).returncode == 0
    assert [file.read_bytes() for file in (changed, missing)] == expected
    assert not surplus.exists()
    assert generate(copy, "--check").returncode == 0
