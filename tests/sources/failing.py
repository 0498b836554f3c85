"""What is true of every failure of a request, and what must not stay behind."""

import os
import threading
import time

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import SourceError
from ceph_exporter.sources.http import Http

SECRET = "Bearer c2VjcmV0"  # noqa: S105 - of nobody


def in_use() -> tuple[int, int]:
    """Count the threads and the file descriptors of the process."""
    return threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def fail(http: Http, seconds: float = 5.0, method: str = "GET") -> SourceError:
    """Ask for what cannot be had; check what is true of every failure and give it."""
    start = time.monotonic()
    with pytest.raises(SourceError) as caught:
        http.request(method, "/x", Deadline(seconds), headers={"Authorization": SECRET})
    assert time.monotonic() - start < seconds + 3
    http.close()
    text = str(caught.value)
    assert http.url in text
    assert "\n" not in text
    assert SECRET not in text
    return caught.value
