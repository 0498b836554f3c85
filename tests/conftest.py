"""What all tests share: the profile of hypothesis, and how golden pages are renewed."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import ceph_exporter
from ceph_exporter.log import log

# The dashboards' builder is in no wheel. Last, so that an installed wheel's package comes first.
sys.path.append(str(Path(__file__).parents[1]))

# No deadline: a test must not fail because the machine is busy.
settings.register_profile("ceph_exporter", deadline=None, print_blob=True)
settings.load_profile("ceph_exporter")


@pytest.fixture(autouse=True)
def _same_logger_afterwards() -> Iterator[None]:
    """Put the logger back to what other tests expect: a command that runs here sets it up anew."""
    before = log.handlers[:], log.propagate, log.level, logging.raiseExceptions
    yield
    log.handlers[:], log.propagate, level, logging.raiseExceptions = before
    log.setLevel(level)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the golden pages anew instead of comparing with them."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the pages in tests/golden anew; read the difference before you keep it",
    )


def pytest_report_header() -> str:
    """Say which files are tested: those here, or those that a wheel installed."""
    return f"ceph_exporter: {ceph_exporter.__file__}"
