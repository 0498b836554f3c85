"""How the tests give the command line and the file something that they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ceph_exporter import cli
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Config, Poll, load

if TYPE_CHECKING:
    from pathlib import Path

URL = "--cluster.url=http://127.0.0.1:9"


def read_file(folder: Path, text: str) -> Config:
    """Load a configuration from a file with this text."""
    path = folder / "ceph_exporter.yml"
    path.write_text(text)
    return load(str(path), COLLECTORS, {}, Poll())


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command line that is wrong; return the one line that says why."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("ceph_exporter: error: ")
    assert error.count("\n") == 1
    return error
