"""The sources of documents: one class per API, and `connect`, which selects one.

In the comments of this package, a bare number such as 0.94 or 12 is a release of Ceph.
"""

from functools import partial
from pathlib import Path

import msgspec

from ceph_exporter.config import Api
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import Answer, ErrorKind, Source, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard import Dashboard
from ceph_exporter.sources.dashboard_errors import check_active, is_own_error
from ceph_exporter.sources.dashboard_login import ACCEPT
from ceph_exporter.sources.http import BODY_LIMIT, Http
from ceph_exporter.sources.mon_store import MonStore
from ceph_exporter.sources.rados import Rados
from ceph_exporter.sources.recording import Recording
from ceph_exporter.sources.rest_api import RestApi
from ceph_exporter.sources.restful import INFO, Restful
from ceph_exporter.sources.tls import Tls


def connect(  # noqa: PLR0913 - everything that a source needs
    api: Api,
    url: str,
    tls: Tls,
    credentials: Credentials,
    deadline: Deadline,
    *,
    body_limit: int = BODY_LIMIT,
) -> Source:
    """Return the source for an API at a URL; `auto` detects the API.

    body_limit: the maximum size of an answer in bytes. Raises SourceError if no usable API answers
    at the URL.
    """
    if api == "recording":
        return Recording(Path(url))
    if api == "rados":
        return Rados(url, credentials, deadline, limit=body_limit)
    http = Http(url, tls=tls, limit=body_limit)
    try:
        if api == "restful":
            return Restful(http, credentials)
        if api == "dashboard":
            return Dashboard(http, credentials)
        if api == "rest-api":
            return RestApi.probe(http, credentials, deadline)
        return _probe(http, credentials, deadline)
    except BaseException:
        http.close()
        raise


class _Root(msgspec.Struct):
    info: str = ""


_decode_root = Decoder(_Root)


def _probe(http: Http, credentials: Credentials, deadline: Deadline) -> Source:
    # No secret is sent until the API is known. The dashboard has this path and requires a login for
    # it. Without this path, restful answers with 404, and ceph-rest-api with 400 or 404.
    check = partial(check_active, http.url)
    response = http.request("GET", "/api/summary", deadline, headers=ACCEPT, check=check)
    if response.status in (401, 403) and is_own_error(response):
        return Dashboard(http, credentials)
    response = http.request("GET", "/", deadline, headers={"Accept": "application/json"})
    if _root(response.body).info == INFO:
        return Restful(http, credentials)
    try:
        return RestApi.probe(http, credentials, deadline)
    except SourceError as error:
        if error.kind is ErrorKind.REFUSED:
            raise
        raise SourceError(
            ErrorKind.UNREACHABLE,
            f"no API of Ceph found at {http.url} (tried the dashboard, restful and "
            f"ceph-rest-api; last answer: {error}); check the URL, including its path",
        ) from None


def _root(body: bytes) -> _Root:
    try:
        return _decode_root(body)
    except DecodeError:
        return _Root()


__all__ = [
    "BODY_LIMIT",
    "Answer",
    "Credentials",
    "ErrorKind",
    "MonStore",
    "Source",
    "SourceError",
    "Tls",
    "connect",
]
