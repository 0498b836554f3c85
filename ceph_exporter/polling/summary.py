"""Extracts the release, the health and the raised checks from the facts, for the report."""

from ceph_exporter.facts import Facts, Health, Status, Version
from ceph_exporter.polling.report import CheckRow


def release(available: Facts) -> str:
    """Return the release of Ceph; empty if unknown.

    If Ceph does not report it, the form of the health shows a range of releases.
    """
    version, health_ = available.get(Version), available.get(Health)
    if version is not None:
        return version.release
    return health_.era if health_ is not None else ""


def health(available: Facts) -> str | None:
    """Return the health, such as HEALTH_OK, or None if it is unknown."""
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
