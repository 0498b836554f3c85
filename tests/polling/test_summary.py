"""The overview of a cluster in the report: what the facts say, and nothing that is old."""

from ceph_exporter.facts import (
    Clock,
    Df,
    Fact,
    Facts,
    Health,
    Monitor,
    MonitorReport,
    MonStore,
    Quorum,
    Status,
    Store,
    TimeSync,
)
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.health import Check
from ceph_exporter.polling import summary
from ceph_exporter.polling.report import CheckRow, MonitorRow, Overview, Report

UP = Report(True, "HEALTH_OK", "dashboard", "", "", 0.1, 0.0, "", (), ())
DOWN = UP._replace(up=False, error="refused")
QUORUM = Quorum("f", (Monitor("a", 0, True), Monitor("b", 1, False)), leader="a")
STORE = MonStore((Store("f", MonitorReport("b", 100, 70, 30, 30.0, 9)),))


def overview(report: Report, *facts: Fact) -> Overview:
    """Return the overview of a report with these facts."""
    return summary.with_overview(report, Facts.of(*facts)).overview


def test_figures_come_from_their_documents() -> None:
    """Space, OSDs and PGs are those of `df` and `status`; clean PGs may also be scrubbed."""
    states = {"active+clean": 90, "active+clean+scrubbing+deep": 5, "active+undersized": 3}
    status = Status("HEALTH_WARN", osds=24, osds_up=23, osds_in=22, pg_states=states)
    df = Df(Space(total=100.0, used=40.0, used_raw=46.0))
    expected = Overview(100.0, 46.0, 24, 23, 22, 98, 95)
    assert overview(UP, status, df) == expected


def test_what_no_document_reports_is_unknown() -> None:
    """Without documents, everything is None; PGs are not counted from a part of their states."""
    assert overview(UP) == Overview()
    partly = Status(None, pg_states={"active+clean": 9}, pg_states_complete=False)
    assert overview(UP, partly) == Overview()
    assert overview(UP, Status(None)) == Overview()


def test_a_monitor_has_what_several_documents_say() -> None:
    """Quorum, clock and disk of a monitor are one row; the order is that of the monmap."""
    clocks = TimeSync({"a": Clock(0.0, 0.0, "HEALTH_OK"), "c": Clock(0.2, 0.1, "HEALTH_WARN")})
    assert overview(UP, QUORUM, clocks, STORE).monitors == (
        MonitorRow("a", True, True, 0.0, 0.0, "HEALTH_OK"),
        MonitorRow("b", False, False, None, None, "", 100, 30, 30.0, 9),
        MonitorRow("c", None, False, 0.2, 0.1, "HEALTH_WARN"),
    )
    named = Health("HEALTH_WARN", clocks={"a": Clock(0.3, 0.1, "HEALTH_WARN")})
    assert overview(UP, QUORUM, named).monitors[0].skew == 0.3


def test_an_unreachable_cluster_has_only_what_this_host_knows() -> None:
    """Facts that a failed poll left behind are not shown; the disks of this host's monitors are."""
    status, df = Status("HEALTH_OK", osds=3, osds_up=3), Df(Space(total=1.0, used_raw=1.0))
    expected = MonitorRow("b", None, False, None, None, "", 100, 30, 30.0, 9)
    assert overview(DOWN, QUORUM, status, df, STORE) == Overview(monitors=(expected,))
    assert overview(DOWN, QUORUM, status, df) == Overview()


def test_a_check_has_its_first_details() -> None:
    """The report has the first lines of a check and the number of the others; no muted checks."""
    lines = tuple("abcdef")
    health = Health(
        "HEALTH_WARN",
        {
            "OSD_DOWN": Check("HEALTH_WARN", "6 osds down", 6, lines),
            "MUTED": Check("HEALTH_WARN", "x", muted=True),
        },
    )
    expected = CheckRow("OSD_DOWN", "HEALTH_WARN", "6 osds down", ("a", "b", "c"), 3)
    assert summary.checks(Facts.of(health)) == (expected,)
