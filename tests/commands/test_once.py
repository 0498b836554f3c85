"""The command `once`: exact bytes in files and pipes, safe text in a terminal."""

import io
import sys
from pathlib import Path

import pytest

from ceph_exporter import cli

CHECK = "EVIL\x1b[2J\u202e"
HEALTH = f'{{"status": "HEALTH_WARN", "checks": {{"{CHECK}": {{"severity": "HEALTH_WARN"}}}}}}'


class Terminal(io.TextIOWrapper):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.fixture
def recording(tmp_path: Path) -> list[str]:
    """Return the command for a recording of a cluster with a malicious name of a check."""
    (tmp_path / "health_detail.json").write_text(
        HEALTH.replace("\x1b", "\\u001b"), encoding="utf-8"
    )
    return ["once", f"--cluster.url={tmp_path}", "--cluster.api=recording"]


def test_a_terminal_is_not_controlled_by_the_texts_of_ceph(
    recording: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Label values that do not print are escaped in a terminal; the lines stay lines."""
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(out, encoding="utf-8"))
    assert cli.main(recording) == 0
    text = out.getvalue().decode()
    assert "EVIL\\x1b[2J\\u202e" in text
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("\n") > 10


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_file_has_the_exact_page(
    recording: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """In a file the page is what /metrics serves, whatever the encoding of the environment."""
    file = tmp_path / "page"
    with file.open("w", encoding=encoding) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert cli.main(recording) == 0
    assert CHECK.encode() in file.read_bytes()


def test_a_replaced_standard_output_receives_text(
    recording: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python program that replaced standard output receives the page as text."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert cli.main(recording) == 0
    assert CHECK in out.getvalue()
