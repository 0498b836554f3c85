"""RGW's buckets and users over the dashboard, which asks RGW and waits 45 s for it if it hangs.

Sources: controllers/rgw.py and services/rgw_client.py of 14 to 20. The first request of all makes
the dashboard create a user of its own in RGW.
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_aside import DashboardAside, formats_of
from ceph_exporter.sources.dashboard_errors import detail, is_of_rgw
from ceph_exporter.sources.dashboard_login import ACCEPT
from ceph_exporter.sources.http import Http, Response
from ceph_exporter.sources.rgw_users import Listed, Users

_BUCKETS = "rgw/bucket?stats=true"
_USERS = "rgw/user"
ENDPOINTS: Mapping[str, tuple[str, ...]] = {_BUCKETS: ("rgw buckets",), _USERS: ("rgw users",)}
_ACCEPT = {"Accept": "application/vnd.ceph.api.v1.1+json"}
"""From 16 on the list of buckets has this version."""
_GONE = "NoSuchUser"

_names = Decoder(tuple[str, ...])


class DashboardRgw(DashboardAside):
    """The documents about RGW from the dashboard, over a connection of its own."""

    about = "RGW"
    many = "buckets or users"
    formats = formats_of(ENDPOINTS)
    documents = frozenset(formats)

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        super().__init__(connect, credentials)
        self.users = Users()
        """The quotas so far; another source of the same cluster may continue with them."""
        self._accept = _ACCEPT

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request a document; raise SourceError if it is unavailable."""
        if document == "rgw buckets":
            return self._buckets(deadline)
        return self.users.fetch(self._names, self._quota, deadline)

    def _buckets(self, deadline: Deadline) -> bytes:
        response = self._ask(_BUCKETS, deadline, self._accept)
        if response.status == 415:
            self._accept = ACCEPT
            response = self._ask(_BUCKETS, deadline, self._accept)
        return self._body(_BUCKETS, response)

    def _names(self, deadline: Deadline) -> Listed:
        body = self._body(_USERS, self._ask(_USERS, deadline))
        try:
            return Listed(_names(body))
        except DecodeError as error:
            raise SourceError(ErrorKind.FAILED, f"/api/{_USERS}: {error}") from None

    def _quota(self, name: str, deadline: Deadline) -> bytes | None:
        endpoint = f"{_USERS}/{quote(name, safe='')}/quota"
        response = self._ask(endpoint, deadline)
        if response.status != 200 and _GONE in detail(response):
            return None
        return self._body(endpoint, response)

    def _is_unknown(self, response: Response) -> bool:
        return super()._is_unknown(response) and not is_of_rgw(response)
