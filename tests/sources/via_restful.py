"""Requests to a fake restful and what comes back, for several test modules."""

import time
from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.fakes import Restful
from tests.sources.faulty import answering, serve

ALL = ("health detail", "status", "quorum_status", "time-sync-status", "version")


PREFIXES = ["health", "status", "quorum_status", "time-sync-status", "version"]


def opened(url: str, credentials: Credentials) -> closing[Source]:
    """Connect with the API named explicitly, as a context manager."""
    return closing(connect("restful", url, Tls(), credentials, Deadline(30)))


def fetched(
    fake: Restful,
    credentials: Credentials,
    wanted: tuple[str, ...] = ALL,
    seconds: float = 5.0,
) -> dict[str, Answer]:
    """Fetch documents; check that no request stays in the mgr's memory."""
    start = time.monotonic()
    with (
        serve(answering(fake, keep_alive=False)) as server,
        opened(server.url, credentials) as source,
    ):
        answers = {
            answer.documents[0]: answer for answer in source.fetch(wanted, Deadline(seconds))
        }
    assert time.monotonic() - start < seconds + 3
    assert fake.held == {}
    return answers


def failed(fake: Restful, credentials: Credentials, seconds: float = 5.0) -> SourceError:
    """Fetch from an unusable URL; return the error."""
    with pytest.raises(SourceError) as caught:
        fetched(fake, credentials, seconds=seconds)
    assert "\n" not in str(caught.value)
    assert "hush-hush" not in str(caught.value)
    return caught.value
