"""What the report says of a cluster's facts: its release, its health, and the checks raised."""

from ceph_exporter.facts import Facts, Health, Status, Version
from ceph_exporter.polling.report import CheckRow


def release(available: Facts) -> str:
    """Return the release of Ceph, or the releases that answer like this; empty if unknown."""
    version, health_ = available.get(Version), available.get(Health)
    if version is not None:
        return version.release
    return health_.era if health_ is not None else ""


def health(available: Facts) -> str | None:
    """Return HEALTH_OK and so on, None while it is unknown."""
    detail, status = available.get(Health), available.get(Status)
    if detail is not None:
        return detail.status
    return status.health if status is not None else None


def checks(available: Facts) -> tuple[CheckRow, ...]:
    """Return the checks that are raised and not muted."""
    detail = available.get(Health)
    return tuple(
        CheckRow(code, check.severity, check.message)
        for code, check in (detail.checks if detail else {}).items()
        if not check.muted
    )
