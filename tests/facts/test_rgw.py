"""The documents about the RADOS Gateway: buckets, users and usage."""

import json

import pytest

from ceph_exporter.facts import DecodeError, decode
from ceph_exporter.facts.rgw_buckets import Bucket, Held, Quota, RgwBuckets, by_user
from ceph_exporter.facts.rgw_usage import RgwUsage, Totals, Traffic, by_category
from ceph_exporter.facts.rgw_users import RgwUsers, User

PHOTOS = {
    "bucket": "photos",
    "tenant": "acme",
    "owner": "acme$carol",
    "placement_rule": "default-placement",
    "num_shards": 11,
    "usage": {
        "rgw.main": {
            "size": 15000,
            "size_actual": 24576,
            "size_utilized": 9000,
            "num_objects": 3,
        },
        "rgw.multimeta": {"size": 0, "num_objects": 2},
    },
    "bucket_quota": {"enabled": True, "max_size": -1, "max_objects": 100},
}


def buckets(*rows: object) -> RgwBuckets:
    """Decode a list of buckets."""
    (fact,) = decode("rgw/bucket", json.dumps(rows).encode())
    assert isinstance(fact, RgwBuckets)
    return fact


def test_a_bucket() -> None:
    """Finished objects count, in all three sizes; a limit of -1 is none."""
    assert buckets(PHOTOS).buckets == (
        Bucket(
            name="photos",
            tenant="acme",
            owner="acme$carol",
            placement="default-placement",
            size=15000,
            actual=24576,
            stored=9000,
            objects=3,
            shards=11,
            quota=Quota(True, None, 100),
        ),
    )


def test_a_bucket_that_never_had_an_object() -> None:
    """It holds nothing; a bucket whose usage is not reported holds an unknown amount."""
    empty, unknown = buckets({"bucket": "a", "usage": {}}, {"bucket": "b"}).buckets
    assert (empty.size, empty.actual, empty.stored, empty.objects) == (0, 0, 0, 0)
    assert (unknown.size, unknown.objects, unknown.shards, unknown.quota) == (None,) * 4


@pytest.mark.parametrize("broken", ["3 objects", [], None])
def test_a_bucket_whose_usage_cannot_be_read(broken: object) -> None:
    """It holds an unknown amount, not nothing."""
    (row,) = buckets({**PHOTOS, "usage": {"rgw.main": broken}}).buckets
    assert (row.name, row.shards) == ("photos", 11)
    assert (row.size, row.actual, row.stored, row.objects) == (None,) * 4


def test_a_bucket_that_is_listed_twice() -> None:
    """It counts once; a bucket of the same name in another tenant is another one."""
    rows = buckets(PHOTOS, {**PHOTOS, "num_shards": 13}, {**PHOTOS, "tenant": ""}).buckets
    assert [(row.tenant, row.shards) for row in rows] == [("acme", 13), ("", 11)]


def test_names_may_be_anything() -> None:
    """Unicode, quotes and line ends are part of a name."""
    names = ['"quoted"', "new\nline", "grüße", "back\\slash"]
    assert [row.name for row in buckets(*({"bucket": name} for name in names)).buckets] == names


def test_sums_by_user() -> None:
    """They are by owner and placement target."""
    other = {**PHOTOS, "bucket": "logs"}
    cold = {**PHOTOS, "bucket": "old", "placement_rule": "cold", "usage": {}}
    assert by_user(buckets(PHOTOS, other, cold)) == {
        ("acme$carol", "default-placement"): Held(2, 6, 30000),
        ("acme$carol", "cold"): Held(1, 0, 0),
    }


def test_a_sum_over_an_unknown_number() -> None:
    """It is unknown; the others are not."""
    unknown = {**PHOTOS, "bucket": "b", "usage": {"rgw.main": {"size": 5, "num_objects": -1}}}
    assert by_user(buckets(PHOTOS, unknown)) == {
        ("acme$carol", "default-placement"): Held(2, None, 15005)
    }


@pytest.mark.parametrize("broken", [{"tenant": "x"}, {**PHOTOS, "bucket": "b", "owner": 5}, 7])
def test_no_sums_without_every_owner(broken: object) -> None:
    """If a bucket cannot be read, or its owner, any sum may be wrong."""
    body = json.dumps([PHOTOS, broken]).encode()
    (fact,) = _read("rgw/bucket", body)
    assert isinstance(fact, RgwBuckets)
    assert PHOTOS["bucket"] in [row.name for row in fact.buckets]
    assert by_user(fact) == {}


def _read(wire_format: str, body: bytes) -> tuple[object, ...]:
    return decode(wire_format, body)


def test_users() -> None:
    """Quotas are by name; the number of users includes those without known quotas."""
    body = {
        "number": 3,
        "users": {
            "alice": {
                "user_quota": {"enabled": True, "max_size": 1 << 20, "max_objects": -1},
                "bucket_quota": {"enabled": False, "max_size": -1, "max_objects": -1},
            },
            "bob": {},
        },
    }
    (fact,) = decode("rgw/user", json.dumps(body).encode())
    quota, none = Quota(True, 1 << 20, None), Quota(False, None, None)
    assert fact == RgwUsers(3, {"alice": User(quota, none), "bob": User(None, None)})


def usage(*rows: object) -> RgwUsage:
    """Decode counters."""
    (fact,) = decode("rgw/usage", json.dumps({"traffic": rows}).encode())
    assert isinstance(fact, RgwUsage)
    return fact


ROW = {"user": "acme$carol", "bucket": "a", "category": "get_obj", "ops": 3, "successful_ops": 2}


def test_usage() -> None:
    """A user's sums are by category; what is not reported is unknown."""
    fact = usage(ROW, {**ROW, "bucket": "b"}, {**ROW, "category": "put_obj", "user": "bob"})
    assert fact.traffic[0] == Traffic("acme$carol", "a", "get_obj", 3, 2)
    assert [row.tenant for row in fact.traffic] == ["acme", "acme", ""]
    assert by_category(fact) == {
        ("acme$carol", "get_obj"): Totals(6, 4, None, None),
        ("bob", "put_obj"): Totals(3, 2, None, None),
    }


def test_no_sums_of_usage_without_every_row() -> None:
    """If a row cannot be read, any sum may be wrong."""
    fact = usage(ROW, {"user": "bob"})
    assert len(fact.traffic) == 1
    assert by_category(fact) == {}


@pytest.mark.parametrize("wire_format", ["rgw/bucket", "rgw/user", "rgw/usage"])
def test_an_answer_that_is_no_document(wire_format: str) -> None:
    """An error of RGW is not taken for an empty answer."""
    with pytest.raises(DecodeError):
        decode(wire_format, b'"AccessDenied"')
