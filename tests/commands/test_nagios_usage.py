"""`check --nagios` with wrong usage: UNKNOWN, whatever is wrong."""

import pytest

from ceph_exporter import cli
from ceph_exporter.commands import nagios

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
