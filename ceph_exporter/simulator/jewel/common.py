"""What several documents of Jewel have: the version and dates."""

from datetime import UTC, datetime, timedelta

VERSION = "ceph version 10.2.11 (e4b061b47f07f583c92a050d9e84b1813a35671e)"

_START = datetime(2018, 7, 11, tzinfo=UTC)  # about when 10.2.11 came out


def stamp(seconds: float) -> str:
    """Give a time as Ceph before 15 prints it: local, and without a zone."""
    return f"{_START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S.%f}"
