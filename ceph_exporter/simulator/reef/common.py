"""The version that several answers of Reef contain, and the formats of dates and addresses."""

from datetime import UTC, datetime, timedelta

VERSION = "ceph version 18.2.7 (6b0e988052ec84cf2d4a54ff9bbbc5e720b621ad) reef (stable)"
RELEASE = "reef"
FEATURES = 4540138322906710015
MGRS = ("x", "y")
"""The active mgr and the standby."""

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the cluster was created; all times in its answers are of this and its age."""


def date(seconds: float) -> str:
    """Return the time at an age of the cluster, as Ceph 15 and later print it."""
    return f"{CREATED + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}+0000"


def zulu(seconds: float) -> str:
    """Return the same time as `date`, with the time zone Z, which a few answers use."""
    return f"{CREATED + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}Z"


def iso(seconds: float) -> str:
    """Return the same time in whole seconds, as the dashboard prints it."""
    return f"{CREATED + timedelta(seconds=int(seconds)):%Y-%m-%dT%H:%M:%S}Z"


def unix(seconds: float) -> int:
    """Return the Unix time at an age of the cluster."""
    return int(CREATED.timestamp() + seconds)


def addrvec(ip: str, port: int, nonce: int) -> dict[str, object]:
    """Return the addresses of a daemon. Protocol v1 uses the port after the one of v2."""
    return {
        "addrvec": [
            {"type": "v2", "addr": f"{ip}:{port}", "nonce": nonce},
            {"type": "v1", "addr": f"{ip}:{port + 1}", "nonce": nonce},
        ]
    }


def metadata(name: str, host: str) -> dict[str, object]:
    """Return the metadata of a daemon, as in `mon metadata`; all values are strings."""
    return {
        "name": name,
        "arch": "x86_64",
        "ceph_release": RELEASE,
        "ceph_version": VERSION,
        "ceph_version_short": VERSION.split()[2],
        "cpu": "AMD EPYC 7302P 16-Core Processor",
        "distro": "debian",
        "distro_version": "12",
        "hostname": host,
        "kernel_version": "6.1.0-18-amd64",
        "mem_swap_kb": "0",
        "mem_total_kb": "131072000",
        "os": "Linux",
    }
