"""RGW's admin operations API, beside any API of the cluster.

Sources: rgw_rest_bucket.cc, rgw_rest_user.cc, rgw_rest_usage.cc and rgw_rest_metadata.cc of 14 to
20. Requests are signed. Answers that hold keys are not requested.
"""

import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Http, Response, TooLargeError
from ceph_exporter.sources.rgw_errors import code_of, refused
from ceph_exporter.sources.rgw_keys import Keys
from ceph_exporter.sources.rgw_usage import Usage
from ceph_exporter.sources.rgw_users import Listed, Users
from ceph_exporter.sources.tls import Tls

FORMATS: Mapping[str, str] = {
    "rgw usage": "rgw/usage",
    "rgw users": "rgw/user",
    "rgw buckets": "rgw/bucket",
}
"""The documents in the order of the requests, each with the name of its answer."""
_PAGE = 1000
_MOST_PAGES = 200
_GONE = frozenset({"NoSuchUser", "NoSuchKey"})
_LIMITS = {"rgw usage": 30.0, "rgw users": 60.0}
"""Seconds that a document may take at most; the others may take all the time."""
_BROKEN = 500
"""The lowest status that speaks against a gateway, so that another one is asked."""
_SHARE = 0.5
"""The part of the time left that a URL may take while there are others."""


class _LateError(SourceError):
    """A gateway did not answer completely in its time."""


class _Names(msgspec.Struct):
    keys: tuple[str, ...]
    truncated: bool = False
    marker: str = ""


_names = Decoder(_Names)


class RgwAdmin:
    """The documents about RGW from its own API. The URLs are tried in turn, the last good first."""

    about = "RGW"
    many = "buckets or users"
    documents = frozenset(FORMATS)
    formats = FORMATS

    def __init__(self, urls: tuple[str, ...], keys: Keys, tls: Tls, body_limit: int) -> None:
        self._urls = list(urls)
        self._keys = keys
        self._tls = tls
        self._limit = body_limit
        self._http: Http | None = None
        self._is_closed = False  # since the last call of `fetch`
        self.users = Users()
        """The quotas so far; another source of the same cluster may continue with them."""
        self._usage = Usage()

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request a document; raise SourceError if it is unavailable."""
        self._is_closed = False
        deadline = Deadline(min(deadline.left, _LIMITS.get(document, deadline.left)))
        if document == "rgw usage":
            return self._counters(deadline)
        if document == "rgw users":
            return self.users.fetch(self._names, self._quota, deadline)
        return self._get("/admin/bucket", {"stats": "true"}, deadline)

    def close(self) -> None:
        """Close the connection, even during a request in another thread, which then ends."""
        self._is_closed = True
        http, self._http = self._http, None
        if http is not None:
            http.abort()

    def _counters(self, deadline: Deadline) -> bytes:
        start = self._usage.start
        arguments = {"show-summary": "false", **({"start": start} if start else {})}
        now = time.time()
        try:
            body = self._get("/admin/usage", arguments, deadline)
        except SourceError as error:
            if not start and isinstance(error, _LateError | TooLargeError):
                self._usage.skip(now)
            raise
        self._usage.add(body, now)
        return self._usage.document()

    def _names(self, deadline: Deadline) -> Listed:
        names: dict[str, None] = {}
        arguments = {"max-entries": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            body = self._get("/admin/metadata/user", arguments, deadline)
            try:
                page = _names(body)
            except DecodeError as error:
                raise SourceError(ErrorKind.FAILED, f"/admin/metadata/user: {error}") from None
            names |= dict.fromkeys(page.keys)
            if not page.truncated:
                return Listed(names)
            if not page.marker:
                break
            arguments["marker"] = page.marker
        return Listed(names, complete=False)

    def _quota(self, name: str, deadline: Deadline) -> bytes | None:
        path, arguments = "/admin/user", {"quota": "", "uid": name}
        response = self._ask(path, arguments, deadline)
        if response.status == 404 and code_of(response) in _GONE:
            return None
        return self._body(path, response)

    def _get(self, path: str, arguments: Mapping[str, str], deadline: Deadline) -> bytes:
        return self._body(path, self._ask(path, arguments, deadline))

    def _body(self, path: str, response: Response) -> bytes:
        if response.status != 200:
            raise refused(self._urls[0], path, response, self._keys)
        return response.body

    def _ask(self, path: str, arguments: Mapping[str, str], deadline: Deadline) -> Response:
        """Return the answer of the first URL that answers; it is the first one the next time."""
        failure: SourceError | None = None
        for others, url in reversed([*enumerate(reversed(self._urls))]):
            limit = deadline.part(_SHARE) if others else deadline
            try:
                response = self._request(url, path, arguments, limit)
            except SourceError as error:
                # A gateway that is slow says more than one that is down.
                is_late = isinstance(error, _LateError) and not isinstance(failure, _LateError)
                failure = error if failure is None or is_late else failure
                if error.of_document or self._is_closed:
                    raise
            else:
                if response.status < _BROKEN or not others:
                    return response
            self._leave()
        assert failure is not None  # noqa: S101 - there is at least one URL
        raise failure

    def _request(
        self, url: str, path: str, arguments: Mapping[str, str], deadline: Deadline
    ) -> Response:
        seconds = deadline.left
        # RGW signs a blank as %20, not as the plus sign of forms.
        query = urlencode({"format": "json", **arguments}, quote_via=quote)
        whole = f"{path}?{query}"
        http = self._http = self._http or Http(url, tls=self._tls, limit=self._limit)
        if self._is_closed:
            raise SourceError(ErrorKind.UNREACHABLE, f"{url}{path}: the request was abandoned")
        headers = self._keys.signed(http.url + whole)
        try:
            return http.request("GET", whole, deadline, headers=headers)
        except SourceError as error:
            if deadline.left or error.of_document:
                raise
            text = f"{url}{path}: RGW did not answer completely within {seconds:.0f} s"
            raise _LateError(error.kind, text) from None

    def _leave(self) -> None:
        """Put the URL in use last."""
        http, self._http = self._http, None
        if http is not None:
            http.close()
        self._urls.append(self._urls.pop(0))
