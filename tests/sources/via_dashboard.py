"""Requests to a fake dashboard and what comes back, for several test modules."""

from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.fakes import (
    SECRET,
    Dashboard,
)
from tests.sources.faulty import answering, serve

ALL = ("health detail", "status", "quorum_status", "time-sync-status", "version")


PATHS = ["/api/monitor", "/api/health/minimal", "/api/summary"]


def opened(url: str, credentials: Credentials) -> closing[Source]:
    """Connect with the API named explicitly, as a context manager."""
    return closing(connect("dashboard", url, Tls(), credentials, Deadline(30)))


def fetch(source: Source, wanted: tuple[str, ...] = ALL) -> dict[str, Answer]:
    """Fetch documents; return the answers by wire format."""
    return {answer.wire_format: answer for answer in source.fetch(wanted, Deadline(30))}


def failed(fake: Dashboard, credentials: Credentials, times: int = 1) -> list[SourceError]:
    """Fetch from an unusable dashboard, with a new source each time; return the errors."""
    errors = []
    with serve(answering(fake)) as server:
        for _ in range(times):
            with opened(server.url, credentials) as source, pytest.raises(SourceError) as caught:
                fetch(source)
            assert "\n" not in str(caught.value)
            assert SECRET not in str(caught.value)
            errors.append(caught.value)
    return errors
