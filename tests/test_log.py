"""Log lines: one line each, whatever they hold."""

import io
import json
import sys

import pytest

from ceph_exporter.log import fields, log, set_up


def test_logfmt_has_the_shape_of_prometheus_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """A line has time, level, source and msg, then the pairs; text with blanks is quoted."""
    set_up("info", "logfmt")
    log.warning("not had", extra=fields(document="health detail", n=3))
    line = capsys.readouterr().err
    assert line.startswith("time=2")
    assert "level=WARN source=test_log.py:" in line
    assert line.endswith('msg="not had" document="health detail" n=3\n')


def test_a_line_break_in_a_value_stays_inside_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What Ceph or a client says cannot forge a line."""
    set_up("info", "logfmt")
    log.info("x", extra=fields(error='a\nlevel=ERROR "b"'))
    assert capsys.readouterr().err.count("\n") == 1


FORGED = ("\x1b[31mred", "bell\x07", "\x9b2J", "a\x85b", "\u202eevil", "\x7f", "\ud800", "a\0b")


@pytest.mark.parametrize("format_", ["logfmt", "json"])
@pytest.mark.parametrize("text", FORGED)
def test_what_does_not_print_is_escaped(
    text: str, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Ceph or a client says cannot move the cursor of who reads the log, in either format."""
    set_up("info", format_)
    log.info("x", extra=fields(error=text, other=[text]))
    line = capsys.readouterr().err
    assert line.removesuffix("\n").isprintable()
    escape = json.dumps(text)[1:-1].replace("\x7f", "\\u007f")
    assert escape in line
    if format_ == "json":
        assert json.loads(line)["error"] == text


def test_a_long_value_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """A value that Ceph made very long does not fill the log."""
    for format_ in ("logfmt", "json"):
        set_up("info", format_)
        log.info("x", extra=fields(error="y" * 10**6))
        assert len(capsys.readouterr().err) < 5000


def test_json_lines_hold_the_same_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    """With format json a line is one JSON object."""
    set_up("debug", "json")
    log.debug("x", extra=fields(cluster="a"))
    found = json.loads(capsys.readouterr().err)
    assert (found["level"], found["msg"], found["cluster"]) == ("DEBUG", "x", "a")


def test_the_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines below the level are not written."""
    set_up("error", "logfmt")
    log.warning("quiet")
    log.error("loud")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_broken_stderr_does_not_stop_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written is given up silently."""
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    set_up("info", "logfmt")
    closed.close()
    log.info("into the void")
    assert log.handlers
