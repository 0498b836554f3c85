"""The document `rgw users`: the users of the RADOS Gateway and their quotas.

Sources: `/api/rgw/user` of the dashboard (controllers/rgw.py of 14 to 20); `/admin/metadata/user`
and `/admin/user` of RGW's admin API (rgw_rest_metadata.cc and rgw_rest_user.cc). Neither has the
quotas of all users in one answer, so the sources put them together (sources/rgw_users.py).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.rgw_buckets import Quota, RawQuota, quota


class User(msgspec.Struct, frozen=True):
    """The quotas of a user: for everything that it has, and for each of its buckets."""

    quota: Quota | None
    bucket_quota: Quota | None


class RgwUsers(Fact, frozen=True):
    """The users of the zone.

    number: of all users, None if they are too many to count; users: by name (`TENANT$USER` in a
    tenant), those whose quotas are known.
    """

    document = "rgw users"
    slow = True
    aside = True

    number: int | None
    users: Mapping[str, User]

    @property
    def missing(self) -> int | None:
        """The number of users whose quotas are not known; None if the number of all is not."""
        return None if self.number is None else max(0, self.number - len(self.users))


class RawUser(msgspec.Struct, frozen=True):
    """The quotas of a user; an answer also has the user's keys, which are not read."""

    user_quota: RawQuota | None = None
    bucket_quota: RawQuota | None = None


class RawUsers(msgspec.Struct, frozen=True):
    """What the source puts together: the number of names, and the quotas by name."""

    number: int | None
    users: dict[str, RawUser] = {}


_decode = Decoder(RawUsers)


@decodes("dashboard/rgw/user", "rgw/user")
def decode_users(body: bytes) -> tuple[Fact, ...]:
    """Decode what the source put together."""
    answer = _decode(body)
    users = {
        name: User(quota(row.user_quota), quota(row.bucket_quota))
        for name, row in answer.users.items()
    }
    return (RgwUsers(amount(answer.number), users),)
