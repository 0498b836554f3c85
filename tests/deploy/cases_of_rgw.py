"""The cases of alerts about the RADOS Gateways."""

from tests.deploy.rules import Case

_ZONE = 'hostname="h",ceph_version="v",zone="berlin",zonegroup="europe"'
_KNOWN = 'ceph_exporter_document_success{document="service dump"} 1'
_BUCKET = 'bucket="logs",tenant="acme",owner="acme$carol"'
_PLAIN = 'bucket="logs",tenant="",owner="alice"'
_LABELS = {"bucket": "logs", "tenant": "acme", "owner": "acme$carol"}
_PLACE = {"zone": "berlin", "zonegroup": "europe"}


def _gateways(**values: str) -> str:
    """Return gateways by name, with the values of their series."""
    return "\n".join(
        f'ceph_rgw_daemon_info{{ceph_daemon="rgw.{name}",instance_id="{name}",{_ZONE}}} {value}'
        for name, value in values.items()
    )


def _answers(buckets: int, usage: int) -> str:
    return (
        f'ceph_exporter_document_success{{document="rgw buckets"}} {buckets}\n'
        f'ceph_exporter_document_success{{document="rgw usage"}} {usage}'
    )


CASES = {
    "CephRGWAllDown": Case(
        f"{_gateways(a='1x20 _x40', b='1x20 _x40')}\n{_KNOWN}",
        (
            f"{_gateways(a='1x20 _x40', b='1')}\n{_KNOWN}",
            _KNOWN,
            f"{_gateways(a='1x20 _x40')}\n{_KNOWN.removesuffix('1')}1x20 0x40",
            f"{_gateways(a='1x20 _x40')}\nceph_up 1x20 0x40",
            # The zone was renamed.
            (
                f"{_gateways(a='1x20 _x40')}\n{_gateways(a='_x20 1x40').replace('berlin', 'new')}\n"
                f"{_KNOWN}"
            ),
        ),
        _PLACE,
        "Within the last day, the zone berlin had 2 RADOS Gateways. Now Ceph knows of none. S3 and "
        "Swift clients of the zone are cut off.",
        at=40,
    ),
    "CephRGWDown": Case(
        f"{_gateways(a='1', b='1x20 _x40', c='1x20 _x40')}\n{_KNOWN}",
        (
            f"{_gateways(a='1', b='1')}\n{_KNOWN}",
            # An upgrade starts another one before it stops the first, under a new name.
            f"{_gateways(a='1x24 _x40', b='_x20 1x40')}\n{_KNOWN}",
            f"{_gateways(a='1x20 _x40')}\n{_KNOWN}",
            # A host is in maintenance for a quarter of an hour.
            (
                f"{_gateways(a='1', b='1x24 _x15 1x40')}\n{_KNOWN}\n"
                'ceph_osd_map_flag{flag="noout"} 0x20 1x20 0x40\nceph_up 1'
            ),
        ),
        _PLACE,
        "The zone berlin has 2 RADOS Gateways fewer than it had within the last day. Gone: rgw.b "
        "(h) rgw.c (h).",
        at=40,
    ),
    "CephRGWNotAnswering": Case(
        _answers(0, 0),
        (_answers(1, 1), _answers(0, 1), f"ceph_up 0\n{_answers(0, 0)}", "ceph_up 1"),
    ),
    "CephRGWBucketShardsTooLarge": Case(
        f"ceph_rgw_bucket_objects_per_shard{{{_BUCKET}}} 234567",
        (f"ceph_rgw_bucket_objects_per_shard{{{_BUCKET}}} 100000",),
        _LABELS,
        "The bucket acme/logs of acme$carol has 234.6k objects in each shard of its index. Ceph "
        "recommends at most 100,000. Listing the bucket, and recovery of the index, become slow.",
    ),
    "CephRGWBucketQuotaNear": Case(
        f"ceph_rgw_bucket_quota_used_ratio{{{_PLAIN}}} 0.95",
        (f"ceph_rgw_bucket_quota_used_ratio{{{_PLAIN}}} 0.9",),
        {"bucket": "logs", "owner": "alice"},
        "95% of the quota of the bucket logs of alice is used. At 100 % RGW refuses uploads to it.",
    ),
    "CephRGWUserQuotaNear": Case(
        'ceph_rgw_user_quota_used_ratio{user="alice"} 0.95',
        ('ceph_rgw_user_quota_used_ratio{user="alice"} 0.9',),
        {"user": "alice"},
        "95% of the quota of the user alice is used. At 100 % RGW refuses uploads of this user.",
    ),
}
