"""What all tests share: the import path, the profile of hypothesis, a clean logger."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import ceph_exporter
from ceph_exporter.log import log

# dashboards, benchmarks, testbed and tests are in no wheel. Their folder comes last, so that an
# installed wheel's ceph_exporter is found before the one here.
sys.path.append(str(Path(__file__).parents[1]))

# No deadline: a test must not fail because the machine is busy.
settings.register_profile("ceph_exporter", deadline=None, print_blob=True)
settings.load_profile("ceph_exporter")


@pytest.fixture(autouse=True)
def _same_logger_afterwards() -> Iterator[None]:
    """Restore the logger, which every command that runs in a test configures."""
    before = log.handlers[:], log.propagate, log.level, logging.raiseExceptions
    yield
    log.handlers[:], log.propagate, level, logging.raiseExceptions = before
    log.setLevel(level)


def pytest_report_header() -> str:
    """Return the path of the package under test: the one here, or one that a wheel installed."""
    return f"ceph_exporter: {ceph_exporter.__file__}"


@pytest.fixture
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep coverage out of child processes: of copies of the package, or whose memory counts."""
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)
