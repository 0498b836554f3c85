"""`check --nagios` with wrong usage, and with texts that forge a line."""

import pytest

from ceph_exporter import cli
from ceph_exporter.commands import check, nagios
from ceph_exporter.config import Cluster
from ceph_exporter.polling.report import CheckRow, DocumentRow, DocumentState, Report

URL = "--cluster.url=http://127.0.0.1:9"
NAGIOS = [
    (["--no-such"], {}),
    (["--poll.interval=x"], {}),
    (["--cluster.api=x"], {}),
    (["extra"], {}),
    (["extra", "more"], {}),
    (["--web.telemetry-path=x"], {}),
    (["--demo", "--config.file=x"], {}),
    (["--config.file=/no/such|file.yml"], {}),
    ([], {}),
    ([], {"CEPH_EXPORTER_POLL_INTERVAL": "x"}),
    ([], {"CEPH_EXPORTER_NAGIOS": "perhaps"}),
]


@pytest.mark.parametrize(("arguments", "environment"), NAGIOS)
def test_wrong_usage_is_unknown_to_nagios(
    arguments: list[str],
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`check --nagios` answers any error with one line and exit code 3, never with 1 or 2."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for command in (["check", "--nagios", *arguments], [*arguments, "--nagios", "check"]):
        assert cli.main(command) == 3
        said = capsys.readouterr()
        assert said.out.startswith("CEPH UNKNOWN - ")
        assert (said.out.count("\n"), said.err) == (1, "")
        assert "|" not in said.out


def test_a_bug_is_unknown_to_nagios(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback would be exit code 1, which means WARNING."""
    monkeypatch.setattr(nagios, "check", lambda _: 1 // 0)
    assert cli.main(["check", "--nagios", URL]) == 3
    assert "internal error; please report this: ZeroDivisionError" in capsys.readouterr().out


EVIL = "x\x1b[2J\x07\x9b1m\n\u202e\u2028|'up'=1"
FORGED = Report(
    up=True,
    health=f"HEALTH_{EVIL}",
    api="rest-api",
    url=f"http://{EVIL}",
    release=EVIL,
    seconds=0.5,
    ended=0,
    error=EVIL,
    documents=(DocumentRow("status", DocumentState.FAILED, error=EVIL),),
    collectors=(),
    checks=(CheckRow(EVIL, "HEALTH_WARN", EVIL),),
)


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("colour", [True, False])
def test_nothing_of_ceph_moves_the_cursor(*, up: bool, colour: bool) -> None:
    """In the output of `check` every text from Ceph or the configuration is escaped."""
    cluster = Cluster(urls=(f"http://{EVIL}",))
    text = check.text(f"name{EVIL}", cluster, FORGED._replace(up=up), colour=colour)
    for code in (*check._COLOURS.values(), "\x1b[0m"):
        text = text.replace(code, "")
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\\x1b[2J\\x07" in text
    if not up:
        assert "unreachable" in text


@pytest.mark.parametrize("up", [True, False])
def test_nagios_gets_one_line_that_prints(*, up: bool) -> None:
    """The line prints, and has one bar, whatever Ceph or a cluster is called."""
    _, line = nagios.result({EVIL: FORGED._replace(up=up), "a|b": FORGED})
    assert line.isprintable()
    assert line.count("|") == 1
