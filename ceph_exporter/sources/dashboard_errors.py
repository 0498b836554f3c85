"""Who sent the answer at a dashboard's URL: the dashboard itself, a standby mgr or a third party.

Sources: json_error_page and serialize_dashboard_exception of the dashboard (controllers/_helpers.py
and services/exception.py of Ceph 14 to 20). An error of the dashboard is a JSON object with
`detail` and usually `status`, or `code` and `component`. With `standby_behaviour=error`, a standby
mgr answers in the same form, with the status in `standby_error_status_code` and a fixed text
(StandbyModule.serve of module.py, the same in Ceph 14 to 20).
"""

from pathlib import PurePosixPath

import msgspec

from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.foreign import HINT, ForeignAnswerError, check_redirect, what_instead
from ceph_exporter.sources.http import Response

_STANDBY = "Keep on looking"
# Endpoint -> the scope that it requires. The other endpoints require none, or one per section.
_SCOPES = {
    "monitor": "monitor",
    "logs/all": "log",
    "pool": "pool",
    "osd": "osd",
    "host": "hosts",
    "daemon": "hosts",
    "service": "hosts",
    "cephfs": "cephfs",
    "rgw/daemon": "rgw",
    "rgw/bucket": "rgw",
    "rgw/user": "rgw",
    "block/image": "rbd-image",
    "block/mirroring/summary": "rbd-mirroring",
}
_OF_RGW = ("RGW REST API failed", "Credentials not found")
_SECTIONS = {
    "osd dump": "osd",
    "osd tree": "osd",
    "osd metadata": "osd",
    "df detail": "pool",
    "pg states": "pool",
    "mgr dump": "manager",
    "fs dump": "cephfs",
}
"""By document, the scope for its section of `/api/health/full` (HealthData, Ceph 14 to 20)."""


class _Error(msgspec.Struct):
    detail: str | None = None
    code: object = None
    component: object = None
    title: object = None


_error = Decoder(_Error)


def check_active(url: str, response: Response) -> None:
    """Raise SourceError if the answer is a redirect or comes from a standby mgr."""
    check_redirect(url, response)
    if b"No active ceph-mgr instance" in response.body[:4096]:
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: this is a standby mgr, and no mgr is active; check: ceph mgr dump",
        )
    if response.status >= 400 and detail(response) == _STANDBY:
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: this is a standby mgr (HTTP {response.status}: {_STANDBY}); list the URL of "
            "every mgr in --cluster.url",
        )


def check_own(url: str, endpoint: str, response: Response) -> None:
    """Raise SourceError unless the active mgr's dashboard itself answered."""
    check_active(url, response)
    if response.status < 300:
        own = response.body.lstrip()[:1] in (b"{", b"[")
    else:
        own = is_own_error(response)
    if not own:
        text = f"{url}: /api/{endpoint}: HTTP {response.status}: {detail(response)}; {HINT}"
        raise ForeignAnswerError(text)


def is_own_error(response: Response) -> bool:
    """Return whether an error has the form of the dashboard's errors.

    An object with `title` is an error by RFC 9457, which other servers send.
    """
    try:
        error = _error(response.body)
    except DecodeError:
        return False
    named = error.detail is not None or isinstance(error.code, str)
    return named and error.title is None


def is_of_rgw(response: Response) -> bool:
    """Return whether an error is about the dashboard's requests to RGW, whatever its status.

    If RGW refuses the dashboard's keys, or the dashboard has none, the status is 404
    (services/rgw_client.py).
    """
    try:
        error = _error(response.body)
    except DecodeError:
        return False
    text = error.detail or ""
    return error.component == "rgw" or any(words in text for words in _OF_RGW)


def detail(response: Response) -> str:
    """Return the dashboard's reason for an error, or a description of any other answer."""
    try:
        text = _error(response.body).detail or ""
    except DecodeError as error:
        return what_instead(response.body, error)
    return " ".join(text.split())[:200] or "no reason reported"


def left_out(endpoint: str, user: str) -> dict[str, SourceError]:
    """Return the errors for documents that may be missing because the user lacks a scope."""
    if endpoint != "health/full":
        return {}
    return {
        document: SourceError(
            ErrorKind.DENIED, f"left out of the answer to /api/{endpoint}; {_grant(user, scope)}"
        )
        for document, scope in _SECTIONS.items()
    }


def refusal(endpoint: str, response: Response, user: str, *, unknown: bool) -> SourceError:
    """Return the error for an answer other than 200.

    unknown: whether it says that this release, or this cluster, does not have the endpoint.
    """
    text = f"/api/{endpoint}: HTTP {response.status}: {detail(response)}"
    if response.status == 403:
        return SourceError(ErrorKind.DENIED, f"{text}; {hint(endpoint, user)}")
    return SourceError(ErrorKind.UNSUPPORTED if unknown else ErrorKind.FAILED, text)


def hint(endpoint: str, user: str) -> str:
    """Return what to do after an endpoint, or one below it, answered with 403."""
    path = PurePosixPath(endpoint.partition("?")[0])
    scopes = [_SCOPES[str(one)] for one in (path, *path.parents) if str(one) in _SCOPES]
    return _grant(user, scopes[0]) if scopes else f"give user {user} the role read-only"


def _grant(user: str, scope: str) -> str:
    return f"grant the scope {scope}: read to the role of user {user}"
