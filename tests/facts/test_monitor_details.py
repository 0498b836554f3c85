"""Figures of single monitors from the detail lines of health checks, from 12 on."""

import pytest

from ceph_exporter.facts import Clock, MonitorReport
from ceph_exporter.facts.monitor_details import clocks, named, reports


@pytest.mark.parametrize("code", ["MON_DISK_LOW", "MON_DISK_CRIT"])
def test_available_space(code: str) -> None:
    """Both checks about disks contain the percentage of each monitor that they name."""
    lines = {code: ("mon.a has 29% avail", "mon.b-2.example has 0% avail")}
    assert reports(lines) == {
        "a": MonitorReport("a", avail_percent=29),
        "b-2.example": MonitorReport("b-2.example", avail_percent=0),
    }


@pytest.mark.parametrize(
    ("size", "number"),
    [
        ("16GiB", 16 * 2**30),  # 12
        ("16.2GiB", 16.2 * 2**30),
        ("16 GiB", 16 * 2**30),  # 13 and later
        ("1.5 TiB", 1.5 * 2**40),
        ("900 MiB", 900 * 2**20),
        ("12 KiB", 12 * 2**10),
        ("77 B", 77),
        ("2 PiB", 2 * 2**50),
        ("1 EiB", 2**60),
    ],
)
def test_store(size: str, number: float) -> None:
    """MON_DISK_BIG contains the size of the store in binary units, with or without a blank."""
    line = f"mon.a is {size} >= mon_data_size_warn (15 GiB)"
    assert reports({"MON_DISK_BIG": (line,)}) == {"a": MonitorReport("a", store=number)}


def test_one_monitor_in_several_checks() -> None:
    """The figures of several checks about one monitor become one report; others are None."""
    lines = {
        "MON_DISK_CRIT": ("mon.a has 4% avail",),
        "MON_DISK_BIG": ("mon.a is 16 GiB >= mon_data_size_warn (15 GiB)",),
    }
    assert reports(lines) == {"a": MonitorReport("a", avail_percent=4, store=16 * 2**30)}


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        (
            "mon.b addr 192.0.2.2:6789/0 clock skew 0.0812s > max 0.05s (latency 0.00183s)",
            Clock(0.0812, 0.00183, "HEALTH_WARN"),
        ),
        (
            "mon.b addr [2001:db8::2]:6789/0 clock skew 3600s > max 0.05s (latency 1s)",
            Clock(3600, 1, "HEALTH_WARN"),
        ),
        (
            "mon.b clock skew 0.399206s > max 0.05s (latency 0.00147817s)",
            Clock(0.399206, 0.00147817, "HEALTH_WARN"),
        ),
        (
            "mon.b clock skew 1.5e+06s > max 0.05s (latency 9.1e-05s)",
            Clock(1.5e6, 9.1e-5, "HEALTH_WARN"),
        ),
    ],
)
def test_clock_skew(line: str, clock: Clock) -> None:
    """MON_CLOCK_SKEW contains skew and latency, up to 13 with the address."""
    assert clocks({"MON_CLOCK_SKEW": (line,)}) == {"b": clock}


def test_monitors_named() -> None:
    """Each line about a single monitor is returned with the monitor and the code of its check."""
    lines = {
        "MON_DISK_LOW": ("mon.a has 29% avail",),
        "MON_DISK_CRIT": ("mon.b has 4% avail",),
        "MON_DISK_BIG": ("mon.b is 16 GiB >= mon_data_size_warn (15 GiB)",),
        "MON_CLOCK_SKEW": ("mon.c clock skew 0.3s > max 0.05s (latency 0.001s)",),
        "MON_DOWN": (
            "mon.d (rank 3) addr [v2:192.0.2.4:3300/0,v1:192.0.2.4:6789/0] is down (out of quorum)",
            "mon.e (rank 4) addr 192.0.2.5:6789/0 is down (out of quorum)",
        ),
        "OSD_DOWN": ("osd.1 (root=default,host=h) is down",),
    }
    assert sorted(named(lines)) == [
        ("a", "MON_DISK_LOW"),
        ("b", "MON_DISK_BIG"),
        ("b", "MON_DISK_CRIT"),
        ("c", "MON_CLOCK_SKEW"),
        ("d", "MON_DOWN"),
        ("e", "MON_DOWN"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "osd.a has 29% avail",
        "on mon.a has 29% avail",
        "mon.a has much avail",
        "mon.a is 1..2 GiB >= mon_data_size_warn (15 GiB)",
        "mon.a is . GiB >= mon_data_size_warn (15 GiB)",
        "mon.a is 16 XiB >= mon_data_size_warn (15 GiB)",
        "mon.a clock skew 1.2.3s > max 0.05s (latency 0.001s)",
        "mon.a clock skew -0.3s > max 0.05s (latency 0.001s)",
    ],
)
def test_other_lines_are_ignored(line: str) -> None:
    """A line with another text is ignored."""
    lines = dict.fromkeys(("MON_DISK_LOW", "MON_DISK_BIG", "MON_CLOCK_SKEW"), (line,))
    assert not reports(lines)
    assert not clocks(lines)
    assert not list(named(lines))


def test_lines_under_another_code_are_not_read() -> None:
    """A line only counts under the code of its own check."""
    assert not reports({"MON_DISK_GONE": ("mon.a has 29% avail",)})


def test_a_percentage_beyond_all_numbers() -> None:
    """A number with thousands of digits is unknown and is not an error."""
    by_monitor = reports({"MON_DISK_LOW": (f"mon.a has {'9' * 5000}% avail",)})
    assert by_monitor["a"].avail_percent is None


def test_no_checks() -> None:
    """Without checks there are no figures."""
    assert not reports({})
    assert not clocks({})
