"""`check` for a person and for Nagios: what is said, with which exit code."""

import io
import sys
from collections.abc import Iterator

import pytest

from ceph_exporter import cli
from ceph_exporter.commands import check, nagios
from ceph_exporter.config import Cluster
from ceph_exporter.polling import advice
from ceph_exporter.polling.documents import Documents
from ceph_exporter.polling.report import CheckRow, CollectorRow, DocumentRow, DocumentState, Report
from ceph_exporter.simulator import rest_api
from ceph_exporter.sources import Answer, ErrorKind

ABSENT = "not available from dashboard"
REFUSED = "https://mgr1:8443: connection refused"
CLUSTER = Cluster(urls=("https://mgr1:8443", "https://mgr2:8443"))
REPORT = Report(
    up=True,
    health="HEALTH_WARN",
    api="dashboard",
    url="https://mgr1:8443",
    release="16.2.15",
    seconds=0.25,
    ended=0,
    error="",
    documents=(
        DocumentRow("status", DocumentState.OK, None, "", 0.2, 950, 0),
        DocumentRow(
            "time-sync-status",
            DocumentState.UNSUPPORTED,
            ErrorKind.UNSUPPORTED,
            ABSENT,
            offered=False,
        ),
        DocumentRow(
            "quorum_status", DocumentState.FAILED, ErrorKind.FAILED, "HTTP 500: boom", 12.5
        ),
        DocumentRow("version"),
    ),
    collectors=(CollectorRow("health", False, 0.1),),
    checks=(CheckRow("OSD_DOWN", "HEALTH_WARN", "1 osds | down"),),
)
DOWN = REPORT._replace(
    up=False,
    health=None,
    error=REFUSED,
    checks=(),
    documents=(DocumentRow("status", DocumentState.FAILED, ErrorKind.UNREACHABLE, REFUSED),),
    collectors=(),
)


@pytest.fixture(scope="module")
def ceph() -> Iterator[str]:
    """Serve a simulated cluster; give its URL."""
    with rest_api.demo() as server:
        yield server.url


def test_a_cluster_is_shown_with_all_that_was_had() -> None:
    """Health, checks, API, release, and each document with its state, time and size are said."""
    said = check.text("prod", CLUSTER, REPORT, colour=False)
    assert said.startswith("prod: HEALTH_WARN\n  OSD_DOWN: 1 osds | down\n")
    assert "connected to https://mgr1:8443 over dashboard, Ceph 16.2.15" in said
    assert "status                ok               200 ms      950 B\n" in said
    assert "quorum_status         failed             12 s\n" in said
    assert "version               pending\n" in said
    assert "\x1b" not in said


def test_what_is_missing_is_shown_with_its_fix() -> None:
    """Faults come first, each with what to do; what an API cannot give names one that can."""
    _, _, missing = check.text("", CLUSTER, REPORT, colour=False).partition("MISSING\n")
    lines = [line.strip() for line in missing.splitlines() if line]
    assert lines[0] == "quorum_status: HTTP 500: boom"
    assert "`ceph quorum_status` shows Ceph's own answer" in lines[1]
    assert lines[2] == "collector health: the collector failed"
    assert "record DIR" in lines[3]
    assert lines[4] == "time-sync-status: not available from dashboard"
    assert "--cluster.api=restful" in lines[5]


def test_what_a_release_cannot_have_is_not_listed_as_missing() -> None:
    """The table says that a document is unsupported; if nothing can be done, that is all."""
    row = DocumentRow("mgr dump", DocumentState.UNSUPPORTED, ErrorKind.UNSUPPORTED, "400: Invalid")
    report = REPORT._replace(api="rest-api", documents=(row,), collectors=())
    said = check.text("", CLUSTER, report, colour=False)
    assert "mgr dump              unsupported\n" in said
    assert "MISSING" not in said
    assert [found.final for found in advice.missing(report)] == [True]


def test_a_broken_recording_is_recorded_anew() -> None:
    """In a recording nothing mends itself."""
    found = advice.missing(REPORT._replace(api="recording"))
    assert found[0].fix == "record it again with `ceph_exporter record DIR`"


@pytest.mark.parametrize(
    ("api", "fix"), [("recording", "record DIR"), ("restful", "nothing needs to be done")]
)
def test_each_api_has_its_own_mend(api: str, fix: str) -> None:
    """What a recording lacks is recorded; what a release lacks is nothing to mend."""
    row = DocumentRow("time-sync-status", DocumentState.UNSUPPORTED, ErrorKind.UNSUPPORTED, "none")
    found = advice.missing(REPORT._replace(api=api, documents=(row,)))
    assert [fix in row.fix for row in found if not row.fault] == [True]


@pytest.mark.parametrize(
    ("api", "name", "fix"),
    [
        ("rados", "perf counters", "--cluster.api=dashboard, which offers it from Ceph 14 on"),
        ("rest-api", "perf counters", "--cluster.api=dashboard, which offers it from Ceph 14 on"),
        ("dashboard", "device ls", "--cluster.api=rados"),
    ],
)
def test_what_an_api_does_not_offer_is_available_from_another(
    api: str, name: str, fix: str
) -> None:
    """A document that the API does not offer is not blamed on the release."""
    documents = Documents([name])
    documents.connect(api, frozenset())
    report = REPORT._replace(api=api, documents=documents.rows(), collectors=())
    (row,) = advice.missing(report)
    assert (row.what, row.why, row.fault) == (name, f"not available from {api}", False)
    assert fix in row.fix


def test_what_a_key_may_not_ask_for_names_the_place_that_says_what_to_grant() -> None:
    """A document that the key was refused is not one that the release lacks."""
    row = DocumentRow(
        "pg states", DocumentState.UNSUPPORTED, ErrorKind.DENIED, "access denied: caps?"
    )
    found = advice.missing(REPORT._replace(api="restful", documents=(row,), collectors=()))
    assert ["what to grant" in one.fix for one in found] == [True]


@pytest.mark.parametrize("api", ["dashboard", "restful", "rados", "recording"])
@pytest.mark.parametrize("name", ["orch ps", "orch ls", "orch host ls"])
def test_a_cluster_without_an_orchestrator_lacks_nothing(api: str, name: str) -> None:
    """The lists of an orchestrator are not missing where there is none, over any API."""
    row = DocumentRow(name, DocumentState.UNSUPPORTED, ErrorKind.UNSUPPORTED, "unavailable")
    (found,) = advice.missing(REPORT._replace(api=api, documents=(row,), collectors=()))
    assert not found.fault
    assert found.fix == "only a cluster with an orchestrator has it; nothing needs to be done"


def test_a_cluster_that_is_not_reached_says_which_urls_were_tried() -> None:
    """The reason is said once, not for each document, and the health is unknown."""
    said = check.text("", CLUSTER, DOWN, colour=False)
    assert "cluster: health unknown" in said
    assert "unreachable: tried https://mgr1:8443, https://mgr2:8443" in said
    assert said.count("connection refused") == 1


def test_colours_are_for_terminals() -> None:
    """Colour paints states without moving the columns."""
    said = check.text("", CLUSTER, REPORT._replace(release=""), colour=True)
    assert "status                \x1b[32mok\x1b[0m               200 ms" in said
    assert "release unknown" in said


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_is_shown_on_a_terminal_only() -> None:
    """Each answer overwrites the line, which is gone in the end; a file gets nothing."""
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        with check.progress("prod", stream) as note:
            note(Answer(("status",), "status", 0.5))
    assert "\r\x1b[Kprod: status (0.50 s)" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == ""


def test_the_command_exits_0_for_a_cluster_that_answers(
    ceph: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` says what was reached; to a file it writes no progress and no colour."""
    assert cli.main(["check", f"--cluster.url={ceph}"]) == 0
    said = capsys.readouterr()
    assert f"connected to {ceph}/api/v0.1 over rest-api, Ceph 10.2.11" in said.out
    assert "\x1b" not in said.out
    assert said.err == ""


def test_the_command_exits_1_for_a_cluster_that_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cluster that does not answer is exit 1, and no log line repeats what is said."""
    assert cli.main(["check", "--cluster.url=http://127.0.0.1:9"]) == 1
    said = capsys.readouterr()
    assert "connection refused; is the service running" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        (REPORT._replace(health="HEALTH_OK", checks=()), 0, "CEPH OK - HEALTH_OK |"),
        (REPORT, 1, "CEPH WARNING - HEALTH_WARN: OSD_DOWN (1 osds / down) |"),
        (REPORT._replace(health="HEALTH_ERR", checks=()), 2, "CEPH CRITICAL - HEALTH_ERR |"),
        (REPORT._replace(health=None, checks=()), 3, "CEPH UNKNOWN - health unknown |"),
        (DOWN, 3, "CEPH UNKNOWN - https://mgr1:8443: connection refused |"),
        (DOWN._replace(error=""), 3, "CEPH UNKNOWN - neither health nor status is available |"),
    ],
)
def test_nagios_gets_one_line(report: Report, code: int, said: str) -> None:
    """The exit code is the health; the line has its reason and performance data."""
    found, line = nagios.result({"": report})
    assert found == code
    assert line.startswith(said)
    assert line.count("|") == 1
    assert "\n" not in line
    data = line.partition("| ")[2]
    assert data.startswith(f"'up'={int(report.up)};;;0;1 'poll'=0.250s;;;0 'documents'=")


def test_of_several_clusters_the_worst_counts() -> None:
    """Trouble that is known goes before what is unknown; names are in the data."""
    error = REPORT._replace(health="HEALTH_ERR", checks=())
    code, line = nagios.result({"a": DOWN, "b": error, "c": REPORT})
    assert code == 2
    assert "a: https://mgr1:8443: connection refused; b: HEALTH_ERR; c: HEALTH_WARN" in line
    assert "'b_up'=1;;;0;1" in line
    assert nagios.result({"a": DOWN, "c": REPORT})[0] == 3


def test_nagios_is_a_flag_of_check(ceph: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`check --nagios` prints the line; a bad configuration is UNKNOWN, as 2 would mean trouble."""
    assert cli.main(["check", "--nagios", f"--cluster.url={ceph}"]) in (0, 1)
    assert capsys.readouterr().out.startswith("CEPH ")
    assert cli.main(["check", "--nagios"]) == 3
    assert capsys.readouterr().out.startswith("CEPH UNKNOWN - --cluster.url: expected")


def test_colour_follows_the_terminal(ceph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the states are coloured, unless NO_COLOR says otherwise."""
    for variable in (False, True):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.delenv("NO_COLOR", raising=False)
        if variable:
            monkeypatch.setenv("NO_COLOR", "1")
        assert cli.main(["check", f"--cluster.url={ceph}"]) == 0
        assert ("\x1b[32mok" in terminal.getvalue()) is not variable
