"""The document `version`, from the mon command and from the dashboard."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Version


@pytest.mark.parametrize("wire_format", ["version", "dashboard/summary"])
@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("ceph version 0.94.10 (b1e0532418e4631af01acbc0cedd426f1905f4af)", "0.94.10"),
        ("ceph version 11.2.1 (e0354f9d3b1eea1d75a7dd487ba8098311be38a7)", "11.2.1"),
        ("ceph version 12.2.13-1-g584a20e (584a20e) luminous (stable)", "12.2.13"),
        ("ceph version 14.2.22 (ca74598065096e6fcbd8433c8779a2be0c889351) nautilus", "14.2.22"),
        ("ceph version 18.2 (e7ad5345525c7aa95470c26863873b581076945d) reef (stable)", "18.2"),
        ("ceph version 20.3.0-1234-gabc1.2 (abc) tentacle (dev)", "20.3.0"),
    ],
)
def test_release(wire_format: str, line: str, release: str) -> None:
    """The release is the first number with dots in Ceph's line."""
    body = json.dumps({"version": line, "mgr_id": "x"}).encode()
    assert facts.decode(wire_format, body) == (Version(release),)


def test_no_release() -> None:
    """A line without a release is rejected, and the error shows only its first characters."""
    with pytest.raises(DecodeError) as caught:
        facts.decode("version", json.dumps({"version": "x" * 500}).encode())
    assert str(caught.value) == f"no release in '{'x' * 80}'"


def test_no_version() -> None:
    """An answer without the key is rejected with the name of the key."""
    with pytest.raises(DecodeError, match="missing required field `version`"):
        facts.decode("version", b"{}")
