"""The collectors of the RADOS Gateway."""

import msgspec
import pytest

from ceph_exporter.collectors import rgw, rgw_buckets
from ceph_exporter.collectors.rgw_buckets import Options
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.orchestrator import Daemon, Daemons
from ceph_exporter.facts.rgw_buckets import Bucket, Quota, RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage, Traffic
from ceph_exporter.facts.rgw_users import RgwUsers, User
from ceph_exporter.facts.service_dump import Service, ServiceDump
from ceph_exporter.metric import Columns
from tests.collectors.pages import by_family, by_series

GATEWAY = Service("rgw", "4127", "gw1", "h1", "ceph version 18.2.7", "berlin", "europe")


def bucket(name: str, size: int | None = 100, quota: Quota | None = None, **labels: str) -> Bucket:
    """Return a bucket with ten objects in two shards."""
    owner, tenant = labels.get("owner", "alice"), labels.get("tenant", "")
    return Bucket(name, tenant, owner, "default", size, 4096, size, 10, 2, quota)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines of the collector `rgw` by family."""
    return by_family(rgw.collect(Facts.of(*facts)))


def series(options: Options, *facts: Fact) -> dict[str, str]:
    """Return the values of the collector `rgw_buckets` by series."""
    return by_series(rgw_buckets.collect(Facts.of(*facts), options))


def test_no_facts_no_families() -> None:
    """Without the documents there are no families."""
    assert page() == {}
    assert series(Options()) == {}


def test_gateways() -> None:
    """Other services are not among them."""
    mirror = Service("rbd-mirror", "1", "a", "h", "v")
    assert page(ServiceDump((mirror, GATEWAY)))["ceph_rgw_daemon_info"] == [
        (
            '{ceph_daemon="rgw.gw1",instance_id="4127",hostname="h1",'
            'ceph_version="ceph version 18.2.7",zone="berlin",zonegroup="europe"} 1'
        )
    ]


def test_gateways_of_an_orchestrator() -> None:
    """They have the instance ids of `ceph_rgw_metadata`."""
    deployed = Service("rgw", "4130", "s3.h3.kzwqdx", "h3", "ceph version 18.2.7", "a", "b")
    known = Daemons((Daemon("rgw", deployed.name, "h3", "18.2.7"),))
    (row,) = page(ServiceDump((deployed,)), known)["ceph_rgw_daemon_info"]
    assert 'instance_id="kzwqdx"' in row


def test_what_a_user_stores() -> None:
    """Buckets, objects and bytes are sums by user and placement target."""
    families = page(RgwBuckets((bucket("a"), bucket("b"), bucket("c", owner="acme$carol"))))
    assert families["ceph_rgw_user_buckets"] == [
        '{user="alice",placement="default"} 2',
        '{user="acme$carol",placement="default"} 1',
    ]
    assert families["ceph_rgw_user_objects"][0] == '{user="alice",placement="default"} 20'
    assert families["ceph_rgw_user_bytes"][0] == '{user="alice",placement="default"} 200'


def test_quotas_of_users() -> None:
    """A limit that does not exist is absent; so is a quota that is unknown."""
    users = {"alice": User(Quota(True, 5000, None), None), "bob": User(None, Quota(False))}
    families = page(RgwUsers(7, users))
    assert families["ceph_rgw_users"] == [" 7"]
    assert families["radosgw_usage_user_quota_enabled"] == ['{user="alice"} 1']
    assert families["radosgw_usage_user_quota_size_bytes"] == ['{user="alice"} 5000']
    assert "radosgw_usage_user_quota_size_objects" not in families
    assert families["radosgw_usage_user_bucket_quota_enabled"] == ['{user="bob"} 0']


def test_the_used_share_of_a_users_quota() -> None:
    """The larger one of size and objects, over all placement targets; absent without a quota."""
    elsewhere = msgspec.structs.replace(bucket("b"), placement="ssd")
    users = {
        "alice": User(Quota(True, 1000, 25), None),
        "bob": User(Quota(False, 1000, 20), None),
        "eve": User(None, None),
        "idle": User(Quota(True, 1000, 20), None),
    }
    owned = [bucket(name, owner=name) for name in ("bob", "eve")]
    families = page(RgwUsers(4, users), RgwBuckets((bucket("a"), elsewhere, *owned)))
    assert families["ceph_rgw_user_quota_used_ratio"] == ['{user="alice"} 0.8']
    assert "ceph_rgw_user_quota_used_ratio" not in page(RgwUsers(4, users))


@pytest.mark.parametrize(
    ("field", "is_known"), [("placement", True), ("owner", False), ("size", True)]
)
def test_the_used_share_of_a_quota_with_an_unknown_field(field: str, *, is_known: bool) -> None:
    """A bucket of an unknown owner may be anybody's; where it is placed does not matter."""
    broken = msgspec.structs.replace(bucket("b"), **{field: None})
    users = {"alice": User(Quota(True, None, 25), None)}
    families = page(RgwUsers(1, users), RgwBuckets((bucket("a"), broken)))
    expected = ['{user="alice"} 0.8'] if is_known else None
    assert families.get("ceph_rgw_user_quota_used_ratio") == expected
    incomplete = RgwBuckets((bucket("a"),), complete=False)
    assert "ceph_rgw_user_quota_used_ratio" not in page(RgwUsers(1, users), incomplete)


def test_users_whose_quotas_are_not_known_yet() -> None:
    """Their number is there if that of all users is."""
    users = {"alice": User(None, None)}
    assert page(RgwUsers(7, users))["ceph_exporter_rgw_user_quotas_missing"] == [" 6"]
    assert "ceph_exporter_rgw_user_quotas_missing" not in page(RgwUsers(None, users))


def test_requests_of_users() -> None:
    """They are sums over the buckets."""
    rows = [Traffic("alice", name, "get_obj", 3, 2, 500, 0) for name in ("a", "b", "-")]
    families = page(RgwUsage(tuple(rows)))
    assert families["ceph_rgw_user_ops_total"] == ['{user="alice",category="get_obj"} 9']
    assert families["ceph_rgw_user_successful_ops_total"][0].endswith(" 6")
    assert families["ceph_rgw_user_sent_bytes_total"][0].endswith(" 1500")
    assert families["ceph_rgw_user_received_bytes_total"][0].endswith(" 0")


def test_a_bucket() -> None:
    """Every metric of a bucket, under the names that other exporters have for the same facts."""
    quota = Quota(True, 1000, 20)
    labels = '{bucket="a",tenant="acme",owner="acme$carol"}'
    rows = series(
        Options(), RgwBuckets((bucket("a", quota=quota, owner="acme$carol", tenant="acme"),))
    )
    assert rows == {
        f"ceph_rgw_bucket_size{labels}": "100",
        f"radosgw_usage_bucket_bytes{labels}": "4096",
        f"radosgw_usage_bucket_utilized_bytes{labels}": "100",
        f"radosgw_usage_bucket_objects{labels}": "10",
        f"radosgw_usage_bucket_shards{labels}": "2",
        f"ceph_rgw_bucket_objects_per_shard{labels}": "5",
        f"radosgw_usage_bucket_quota_enabled{labels}": "1",
        f"radosgw_usage_bucket_quota_size_bytes{labels}": "1000",
        f"radosgw_usage_bucket_quota_size_objects{labels}": "20",
        f"ceph_rgw_bucket_quota_used_ratio{labels}": "0.5",
        "ceph_exporter_rgw_buckets_cut": "0",
    }


@pytest.mark.parametrize(
    "quota", [None, Quota(False, 1000, 20), Quota(True, None, None), Quota(None, 1000, 20)]
)
def test_a_share_of_no_quota(quota: Quota | None) -> None:
    """Without a limit that is in force there is no share of it."""
    rows = series(Options(), RgwBuckets((bucket("a", quota=quota),)))
    assert not any(name.startswith("ceph_rgw_bucket_quota_used_ratio") for name in rows)


def test_names_with_quotes_and_line_ends() -> None:
    """They are escaped as the text format requires."""
    name = 'say "hello"\nto C:\\ and grüße'
    rows = series(Options(), RgwBuckets((bucket(name, owner="acme$carol"),)))
    escaped = r"say \"hello\"\nto C:\\ and grüße"
    assert (
        f'radosgw_usage_bucket_objects{{bucket="{escaped}",tenant="",owner="acme$carol"}}' in rows
    )


def shown(options: Options, *buckets: Bucket) -> list[str]:
    """Return the names of the buckets that are exported."""
    rows = series(options, RgwBuckets(buckets))
    prefix = 'radosgw_usage_bucket_objects{bucket="'
    return [name.removeprefix(prefix).partition('"')[0] for name in rows if prefix in name]


def test_patterns_choose_buckets() -> None:
    """A pattern is for the name, or for tenant and name; several stand between commas."""
    buckets = [
        bucket("logs-1"),
        bucket("logs-2"),
        bucket("photos"),
        bucket("photos", tenant="acme"),
        bucket("mail"),
    ]
    options = Options(include="logs-*, acme/*,mail", exclude="*-2")
    assert shown(options, *buckets) == ["logs-1", "mail", "photos"]


def test_a_bucket_of_an_unknown_tenant() -> None:
    """It is not exported, as it could be confused with another one."""
    unknown = Bucket("a", None, "alice", "p", 1, 1, 1, 1, 1, None)
    assert series(Options(), RgwBuckets((unknown,))) == {"ceph_exporter_rgw_buckets_cut": "0"}


def test_buckets_that_have_not_changed() -> None:
    """What was made of them is kept from poll to poll."""
    fact = RgwBuckets((bucket("a"),))
    first = Facts({RgwBuckets: fact})
    families = dict(rgw_buckets.collect(first))
    again = dict(rgw_buckets.collect(Facts({RgwBuckets: fact}, first.cache)))
    before, after = families[rgw_buckets.SIZE], again[rgw_buckets.SIZE]
    assert isinstance(before, Columns)
    assert isinstance(after, Columns)
    assert before.blocks is after.blocks


def test_the_largest_buckets_come_first() -> None:
    """Up to the limit on series; what is left out is counted. An unknown size is the smallest."""
    buckets = [bucket("s", 1), bucket("l", 9), bucket("u", None), bucket("m", 5)]
    assert shown(Options(), *buckets) == ["l", "m", "s", "u"]
    options = Options(limit=13)
    assert shown(options, *buckets) == ["l", "m"]
    assert series(options, RgwBuckets(tuple(buckets)))["ceph_exporter_rgw_buckets_cut"] == "10"


TRAFFIC = (
    Traffic("alice", "a", "get_obj", 3, 2, 500, 1),
    Traffic("alice", "", "list_buckets", 1, 1, 5000, 0),
    Traffic("acme$carol", "b", "put_obj", 4, 4, 0, 900),
)


def test_requests_to_buckets() -> None:
    """They have the names and labels of radosgw_usage_exporter; the busiest come first."""
    rows = series(Options(), RgwUsage(TRAFFIC))
    assert [name for name in rows if "sent" in name] == [
        'radosgw_usage_sent_bytes_total{bucket="bucket_root",owner="alice",category="list_buckets"}',
        'radosgw_usage_sent_bytes_total{bucket="b",owner="acme$carol",category="put_obj"}',
        'radosgw_usage_sent_bytes_total{bucket="a",owner="alice",category="get_obj"}',
    ]
    assert len(rows) == 12
    assert len(series(Options(include="acme/*"), RgwUsage(TRAFFIC))) == 4


def test_requests_share_the_limit_with_buckets() -> None:
    """Buckets come first, and a series is counted once however it is left out."""
    rows = series(Options(limit=10), RgwBuckets((bucket("a"),)), RgwUsage(TRAFFIC))
    assert rows.pop("ceph_exporter_rgw_buckets_cut") == "8"
    assert len(rows) == 10


def test_a_hundred_thousand_buckets() -> None:
    """All of them are summed up, and the limit holds."""
    many = RgwBuckets(tuple(bucket(f"b{number}", number) for number in range(100_000)))
    rows = series(Options(limit=600), many)
    assert len(rows) == 601
    assert rows["ceph_exporter_rgw_buckets_cut"] == "599400"
    assert page(many)["ceph_rgw_user_buckets"] == ['{user="alice",placement="default"} 100000']
