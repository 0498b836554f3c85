"""The documents of mgr modules: `crash ls`, `device ls`, `balancer status`.

Sources: src/pybind/mgr/crash and devicehealth of Ceph 14 to 20, balancer of Ceph 12 to 20,
src/mgr/DaemonServer.cc.
"""

import msgspec

from ceph_exporter.facts.dates import unix_time
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Crash(msgspec.Struct, frozen=True):
    """A crash report. archived: when the report was archived; an empty string if it was not."""

    entity_name: str = ""
    utsname_hostname: str = ""
    archived: str = ""


class CrashList(Fact, frozen=True):
    """All crash reports that the cluster stores."""

    document = "crash ls"
    slow = True

    crashes: tuple[Crash, ...]


class Device(msgspec.Struct, frozen=True, gc=False):
    """A disk.

    life_expectancy_min and life_expectancy_max: the earliest and the latest time of the predicted
    failure as unix times, None if there is no prediction. wear: the part of an SSD's life that is
    used up, 0 to 1 (Ceph 17 and later); None if unknown.
    """

    devid: str
    host: str
    dev: str
    daemons: tuple[str, ...]
    life_expectancy_min: float | None
    life_expectancy_max: float | None
    wear: float | None


class DeviceList(Fact, frozen=True):
    """All disks that Ceph lists."""

    document = "device ls"
    slow = True

    devices: tuple[Device, ...]


class Balancer(Fact, frozen=True):
    """The balancer.

    active: None if unknown. mode: none, crush-compat, upmap etc. last_duration: the duration of the
    last run in seconds, None if there was none.
    """

    document = "balancer status"
    slow = True

    active: bool | None
    mode: str
    last_duration: float | None


class RawLocation(msgspec.Struct, frozen=True, gc=False):
    """The location of a disk."""

    host: str = ""
    dev: str = ""


class RawDevice(msgspec.Struct, frozen=True, gc=False):
    """One row of `device ls`."""

    devid: str
    location: tuple[RawLocation, ...] = ()
    daemons: tuple[str, ...] = ()
    life_expectancy_min: str | None = None
    life_expectancy_max: str | None = None
    wear_level: float | None = None


class RawBalancer(msgspec.Struct, frozen=True):
    """The answer to `balancer status`, with a duration such as "0:00:00.000526" or ""."""

    active: bool | None = False
    mode: str = ""
    last_optimize_duration: str = ""


_decode_crashes = Decoder(tuple[Crash, ...])
_decode_devices = Decoder(tuple[RawDevice, ...])
_decode_balancer = Decoder(RawBalancer)


@decodes("crash ls")
def decode_crashes(body: bytes) -> tuple[Fact, ...]:
    """Decode the list of crash reports."""
    return (CrashList(_decode_crashes(body)),)


@decodes("device ls")
def decode_devices(body: bytes) -> tuple[Fact, ...]:
    """Decode the list of disks."""
    return (DeviceList(tuple(_device(row) for row in _decode_devices(body))),)


@decodes("balancer status")
def decode_balancer(body: bytes) -> tuple[Fact, ...]:
    """Decode the balancer's state."""
    answer = _decode_balancer(body)
    return (Balancer(answer.active, answer.mode, _seconds(answer.last_optimize_duration)),)


def _device(row: RawDevice) -> Device:
    location = row.location[0] if row.location else RawLocation()
    return Device(
        devid=row.devid,
        host=location.host,
        dev=location.dev,
        daemons=row.daemons,
        life_expectancy_min=unix_time(row.life_expectancy_min),
        life_expectancy_max=unix_time(row.life_expectancy_max),
        wear=amount(row.wear_level),
    )


def _seconds(duration: str) -> float | None:
    try:
        hours, minutes, seconds = duration.split(":")
        return amount(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
    except ValueError:
        return None
