"""The document `mon store`: the monitors' data directories on this host."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, MonitorReport, MonStore, Store

ONE, OTHER = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"


def decoded(**figures: object) -> MonitorReport:
    """Decode one monitor's data directory."""
    sizes = dict.fromkeys(("total", "used", "avail", "sst", "log", "misc"), 0)
    body = json.dumps({"stores": [{"name": "a", **sizes, **figures}]}).encode()
    (fact,) = facts.decode("mon store", body)
    assert isinstance(fact, MonStore)
    (store,) = fact.stores
    assert store.fsid == figures.get("fsid", "")
    return store.report


def test_a_folder_becomes_a_report() -> None:
    """Sizes are bytes, the store is the sum of its files, the percentage is rounded down."""
    report = decoded(total=3000, used=1500, avail=899, sst=70, log=20, misc=5, fsid=ONE)
    assert report == MonitorReport("a", 3000, 1500, 899, 29, 95, 70, 20, 5)


def test_a_file_system_without_a_size_has_no_percentage() -> None:
    """A total of 0, as in some virtual file systems, is not a division by zero."""
    assert decoded().avail_percent is None


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"stores": [{"name": "a"}]}'])
def test_another_shape_is_an_error(body: bytes) -> None:
    """A document of another shape, for example from a recording, is rejected."""
    with pytest.raises(DecodeError):
        facts.decode("mon store", body)


def test_folders_belong_to_their_cluster() -> None:
    """A path with an fsid belongs to that cluster, a path without one to every cluster."""
    reports = {name: MonitorReport(name) for name in "abc"}
    fact = MonStore((Store(ONE, reports["a"]), Store(OTHER, reports["b"]), Store("", reports["c"])))
    assert fact.of(ONE) == (reports["a"], reports["c"])
    assert fact.of(OTHER) == (reports["b"], reports["c"])
    assert fact.of(None) == (reports["c"],)
    assert MonStore(fact.stores[:1]).of(None) == (reports["a"],)
    assert MonStore(fact.stores[:1]).of(OTHER) == ()
