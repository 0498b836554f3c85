"""The families of stretch mode."""

from ceph_exporter.collectors.stretch_mode import collect
from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OsdDump, Stretch
from ceph_exporter.facts.quorum import Monitor, Quorum
from tests.collectors.pages import sample_lines

MONITORS = (Monitor("a", 0, in_quorum=True), Monitor("t", 1, in_quorum=True))


def test_before_16() -> None:
    """Without facts, and with those of releases before 16, there are no families."""
    assert list(collect(Facts())) == []
    assert list(collect(Facts.of(OsdDump(osds=()), Quorum("fsid", MONITORS)))) == []


def test_off() -> None:
    """While the mode is off, it has no sites that could be down."""
    off = OsdDump(osds=(), stretch=Stretch(enabled=False, sites=0, degraded=False))
    assert sample_lines(collect(Facts.of(off))) == ["ceph_stretch_mode_enabled 0"]


def test_a_site_is_down() -> None:
    """While the mode is on, the page shows its state and the tiebreaker."""
    stretch = Stretch(enabled=True, sites=2, degraded=True, recovering=False)
    facts = Facts.of(OsdDump(osds=(), stretch=stretch), Quorum("fsid", MONITORS, tiebreaker="t"))
    assert sample_lines(collect(facts)) == [
        "ceph_stretch_mode_enabled 1",
        "ceph_stretch_mode_sites 2",
        "ceph_stretch_mode_degraded 1",
        "ceph_stretch_mode_recovering 0",
        'ceph_monitor_tiebreaker{monitor="a",ceph_daemon="mon.a"} 0',
        'ceph_monitor_tiebreaker{monitor="t",ceph_daemon="mon.t"} 1',
    ]


def test_unknown() -> None:
    """What is unknown is absent, even whether the mode is on."""
    assert sample_lines(collect(Facts.of(OsdDump(osds=(), stretch=Stretch())))) == []
