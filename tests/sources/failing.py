"""The properties of every failed request, and the resources that it must release."""

import os
import threading
import time

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import SourceError
from ceph_exporter.sources.http import Http

SECRET = "Bearer c2VjcmV0"  # noqa: S105 - not a real secret


def in_use() -> tuple[int, int]:
    """Return the number of threads and of file descriptors of the process."""
    return threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def fail(http: Http, seconds: float = 5.0, method: str = "GET") -> SourceError:
    """Make a request that fails, check the properties of every failure, and return the error."""
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
