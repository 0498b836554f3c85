"""The version that several answers of Jewel contain, and the format of their dates."""

from datetime import UTC, datetime, timedelta

VERSION = "ceph version 10.2.11 (e4b061b47f07f583c92a050d9e84b1813a35671e)"

_START = datetime(2018, 7, 11, tzinfo=UTC)  # about the release date of 10.2.11


def stamp(seconds: float) -> str:
    """Return the time at an age of the cluster, as releases before 15 print it."""
    return f"{_START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S.%f}"
