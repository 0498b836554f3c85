"""The collector of the monitors' sessions."""

from ceph_exporter.collectors.monitor_sessions import collect
from ceph_exporter.facts import Facts, Monitor, Quorum
from tests.collectors.pages import by_family


def page(*monitors: Monitor) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(Quorum("x", monitors))))


def test_sessions_of_each_monitor() -> None:
    """A monitor in quorum has its sessions; what the mgr remembers of one out of quorum is old."""
    a = Monitor("a", 0, in_quorum=True, sessions=12)
    b = Monitor("b", 1, in_quorum=False, sessions=9)
    c = Monitor("c", 2, in_quorum=True)
    assert page(a, b, c) == {"ceph_mon_num_sessions": ['{ceph_daemon="mon.a"} 12']}


def test_apis_that_do_not_report_sessions() -> None:
    """There is no family then, so that of the performance counters is exported, if there is one."""
    assert page(Monitor("a", 0, in_quorum=True)) == {}
    assert list(collect(Facts())) == []
