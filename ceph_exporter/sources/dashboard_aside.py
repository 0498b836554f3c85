"""What the documents that the dashboard offers beside the polls have in common: a connection."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_errors import refusal
from ceph_exporter.sources.dashboard_login import ACCEPT, LoggedIn
from ceph_exporter.sources.http import Http, Response


def formats_of(endpoints: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """Return the names under which answers are decoded, by document; each endpoint has one."""
    return MappingProxyType({name: f"dashboard/{path}" for path, (name,) in endpoints.items()})


class DashboardAside:
    """Documents from the dashboard over a connection of their own; a subclass adds `fetch`.

    connect: returns a client for it; called before the first request, if there is any. The class
    attributes are those of `Aside`.
    """

    about: ClassVar[str]
    many: ClassVar[str]
    formats: ClassVar[Mapping[str, str]]
    documents: ClassVar[frozenset[str]]

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        self._connect = connect
        self._credentials = credentials
        self._http: Http | None = None

    def close(self) -> None:
        """Close the connection, even during a request in another thread."""
        if self._http is not None:
            self._http.abort()

    def _ask(
        self, endpoint: str, deadline: Deadline, accept: Mapping[str, str] = ACCEPT
    ) -> Response:
        self._http = self._http or self._connect()
        return LoggedIn(self._http, self._credentials).ask(endpoint, deadline, accept)

    def _body(self, endpoint: str, response: Response) -> bytes:
        """Return the body of an answer; raise SourceError if it is an error."""
        if response.status == 200:
            return response.body
        unknown = self._is_unknown(response)
        raise refusal(endpoint, response, self._credentials.username, unknown=unknown)

    def _is_unknown(self, response: Response) -> bool:
        """Return whether an error says that the release does not have the endpoint."""
        return response.status == 404
