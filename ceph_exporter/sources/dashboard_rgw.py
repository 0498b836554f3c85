"""RGW's buckets and users over the dashboard, which asks RGW and waits 45 s for it if it hangs.

Sources: controllers/rgw.py and services/rgw_client.py of 14 to 20. The first request of all makes
the dashboard create a user of its own in RGW.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_errors import detail, hint, is_of_rgw
from ceph_exporter.sources.dashboard_login import ACCEPT, LoggedIn
from ceph_exporter.sources.http import Http, Response
from ceph_exporter.sources.rgw_users import Listed, Users

_BUCKETS = "rgw/bucket?stats=true"
_USERS = "rgw/user"
ENDPOINTS: Mapping[str, tuple[str, ...]] = {_BUCKETS: ("rgw buckets",), _USERS: ("rgw users",)}
_ACCEPT = {"Accept": "application/vnd.ceph.api.v1.1+json"}
"""From 16 on the list of buckets has this version."""
_GONE = "NoSuchUser"

_names = Decoder(tuple[str, ...])


class DashboardRgw:
    """The documents about RGW from the dashboard, over a connection of its own.

    connect: returns a client for it; called before the first request, if there is any.
    """

    about = "RGW"
    many = "buckets or users"
    documents = frozenset(name for names in ENDPOINTS.values() for name in names)
    formats: Mapping[str, str] = MappingProxyType(
        {names[0]: f"dashboard/{endpoint}" for endpoint, names in ENDPOINTS.items()}
    )

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        self._connect = connect
        self._credentials = credentials
        self._http: Http | None = None
        self.users = Users()
        """The quotas so far; another source of the same cluster may continue with them."""
        self._accept = _ACCEPT

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request a document; raise SourceError if it is unavailable."""
        if document == "rgw buckets":
            return self._buckets(deadline)
        return self.users.fetch(self._names, self._quota, deadline)

    def close(self) -> None:
        """Close the connection, even during a request in another thread."""
        if self._http is not None:
            self._http.abort()

    def _ask(
        self, endpoint: str, deadline: Deadline, accept: Mapping[str, str] = ACCEPT
    ) -> Response:
        self._http = self._http or self._connect()
        return LoggedIn(self._http, self._credentials).ask(endpoint, deadline, accept)

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

    def _body(self, endpoint: str, response: Response) -> bytes:
        if response.status == 200:
            return response.body
        text = f"/api/{endpoint}: HTTP {response.status}: {detail(response)}"
        if response.status == 403:
            text += f"; {hint(endpoint, self._credentials.username)}"
            raise SourceError(ErrorKind.DENIED, text)
        unknown = response.status == 404 and not is_of_rgw(response)
        raise SourceError(ErrorKind.UNSUPPORTED if unknown else ErrorKind.FAILED, text)
