"""Reports of mgr modules: crashes, the life expectancy of disks, and the balancer's state."""

from collections import Counter
from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.mgr_modules import Balancer, CrashList, Device, DeviceList
from ceph_exporter.metric import Columns, Family, Labels, Metric, one

_DEVICE = Labels("device_id", "hostname", "device", "ceph_daemon")
_BALANCER = Balancer.document
_DEVICES = DeviceList.document

CRASHES = Metric(
    "ceph_crash_reports",
    "gauge",
    "Number of crash reports of the daemon, by status (new or archived)",
    CrashList.document,
    Labels("entity", "hostname", "status"),
    since="14",
)
LIFE_MIN = Metric(
    "ceph_device_life_expectancy_min_timestamp_seconds",
    "gauge",
    "Earliest time at which the disk is expected to fail",
    _DEVICES,
    _DEVICE,
    since="15",
)
LIFE_MAX = Metric(
    "ceph_device_life_expectancy_max_timestamp_seconds",
    "gauge",
    "Latest time at which the disk is expected to fail",
    _DEVICES,
    _DEVICE,
    since="15",
)
WEAR = Metric(
    "ceph_device_wear_ratio",
    "gauge",
    "Fraction of the disk's life that is used up",
    _DEVICES,
    _DEVICE,
    since="17",
)
BALANCER_ACTIVE = Metric(
    "ceph_balancer_active", "gauge", "Whether the balancer is on (1) or off (0)", _BALANCER
)
BALANCER_MODE = Metric(
    "ceph_balancer_mode", "gauge", "Mode of the balancer; always 1", _BALANCER, Labels("mode")
)
BALANCER_DURATION = Metric(
    "ceph_balancer_last_optimize_duration_seconds",
    "gauge",
    "Duration of the balancer's last run",
    _BALANCER,
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `crash ls`, `device ls` and `balancer status`."""
    if crash_list := facts.get(CrashList):
        counts = Counter(
            CRASHES.labels(
                crash.entity_name, crash.utsname_hostname, "archived" if crash.archived else "new"
            )
            for crash in crash_list.crashes
        )
        yield CRASHES, list(counts.items())
    if device_list := facts.get(DeviceList):
        rows, blocks = device_list.devices, facts.once(_blocks, device_list.devices)
        yield LIFE_MIN, Columns(blocks, [row.life_expectancy_min for row in rows])
        yield LIFE_MAX, Columns(blocks, [row.life_expectancy_max for row in rows])
        yield WEAR, Columns(blocks, [row.wear for row in rows])
    if balancer := facts.get(Balancer):
        yield BALANCER_ACTIVE, one(balancer.active)
        yield BALANCER_MODE, [(BALANCER_MODE.labels(balancer.mode), 1)]
        yield BALANCER_DURATION, one(balancer.last_duration)


def _blocks(devices: tuple[Device, ...]) -> tuple[str, ...]:
    return tuple([_DEVICE(row.devid, row.host, row.dev, ",".join(row.daemons)) for row in devices])
