"""Programs that a test needs: without them it is skipped, or fails where it has to run."""

import os

import pytest

REQUIRED = "CEPH_EXPORTER_REQUIRE_REAL"
"""Environment variable that turns a skip into a failure; CI sets it."""


def require(missing: str | None, remedy: str) -> None:
    """Skip the test if something is missing, or fail it if the environment forbids that.

    missing: what is missing, None if nothing is. remedy: the script that installs it.
    """
    if missing and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {missing}; see {remedy}")
    if missing:
        pytest.skip(f"{missing}; see {remedy}")
