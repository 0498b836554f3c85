"""The collector of the daemons' health."""

import pytest

from ceph_exporter.collectors import daemon_health
from ceph_exporter.facts import Check, Facts, Health, Monitor, OsdDump, Quorum
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.facts.slow_ops import SlowOps
from tests.collectors.pages import by_series

DUMP = OsdDump(tuple(Osd(number, up=True, is_in=True) for number in range(3)))
QUORUM = Quorum("f", (Monitor("a", 0, in_quorum=True), Monitor("b", 1, in_quorum=False)))


def shown(slow: SlowOps, *codes: str) -> dict[str, str]:
    """Return the values by daemon and type; the flag has the type "flag"."""
    checks = {code: Check("HEALTH_WARN", "") for code in codes}
    available = Facts.of(Health("HEALTH_WARN", checks, slow_ops=slow), DUMP, QUORUM)
    series = by_series(daemon_health.collect(available))
    return {
        name.replace('ceph_daemon_health_metrics{type="', "")
        .replace('",ceph_daemon="', " ")
        .replace('ceph_daemon_slow_ops{ceph_daemon="', "flag ")
        .removesuffix('"}'): value
        for name, value in series.items()
        if "PENDING" not in name
    }


def all_of(**values: str) -> dict[str, str]:
    """Return the values of each daemon, the same for both types."""
    return {
        f"{type_} {name.replace('_', '.')}": value
        for type_ in ("SLOW_OPS", "flag")
        for name, value in values.items()
    }


def test_no_slow_operations() -> None:
    """Each OSD and each monitor in quorum is 0."""
    assert shown(SlowOps()) == all_of(mon_a="0", osd_0="0", osd_1="0", osd_2="0")


def test_one_daemon() -> None:
    """One that is named alone has the number, and all others are 0."""
    assert shown(SlowOps(12, {"osd.1": 12})) == {
        **all_of(mon_a="0", osd_0="0", osd_1="12", osd_2="0"),
        "flag osd.1": "1",
    }


def test_several_daemons() -> None:
    """The number of each of several is unknown."""
    slow = SlowOps(12, {"osd.1": None, "mon.a": None})
    expected = all_of(mon_a="1", osd_0="0", osd_1="1", osd_2="0")
    del expected["SLOW_OPS mon.a"], expected["SLOW_OPS osd.1"]
    assert shown(slow) == expected


@pytest.mark.parametrize("names", [(), ("osd.2",), ("osd.2", "mon.a")])
def test_others_are_unknown(names: tuple[str, ...]) -> None:
    """While Ceph names only some of the daemons, or none, the others are absent, never 0."""
    slow = SlowOps(12, dict.fromkeys(names), complete=False)
    assert shown(slow) == {f"flag {name}": "1" for name in names}


def test_a_daemon_that_left() -> None:
    """A monitor out of quorum is shown if Ceph names it."""
    assert shown(SlowOps(2, {"mon.b": 2}))["SLOW_OPS mon.b"] == "2"


def test_no_health() -> None:
    """Without health nothing is available of any daemon."""
    assert by_series(daemon_health.collect(Facts.of(DUMP, QUORUM))) == {}


def test_pending_pgs() -> None:
    """PGs that wait for creation are 0 for each OSD, and unknown while the check is raised."""
    available = Facts.of(Health("HEALTH_OK"), DUMP)
    assert sum("PENDING" in name for name in by_series(daemon_health.collect(available))) == 3
    raised = Health("HEALTH_WARN", {"PENDING_CREATING_PGS": Check("HEALTH_WARN", "")})
    series = by_series(daemon_health.collect(Facts.of(raised, DUMP)))
    assert not any("PENDING" in name for name in series)
