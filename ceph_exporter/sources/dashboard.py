"""The REST API of the mgr dashboard, 14 to 21 (src/pybind/mgr/dashboard/).

A login writes user data to the monitors' store, so its token is used until it expires and renewed
only after a 401. The Accept header must consist of exactly the versioned media type. Cookies are
discarded, because the cookie of a login takes precedence over the Authorization header. A standby
mgr redirects to the active one at an address that may be unreachable from here, so redirects are
not followed: the next URL is tried instead.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from functools import partial

import msgspec

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import LOGIN_PAUSE, Credentials
from ceph_exporter.sources.dashboard_forms import Forms
from ceph_exporter.sources.http import Http, Response

ACCEPT = {"Accept": "application/vnd.ceph.api.v1.0+json"}

# endpoint -> the documents that it is requested for, in the order of the requests. `monitor` comes
# first: it is answered from memory, while health waits for every iSCSI gateway. health/full
# contains everything in health/minimal, which is then skipped.
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "monitor": ("quorum_status",),
    "health/full": (
        "osd dump",
        "osd tree",
        "osd metadata",
        "df detail",
        "mgr dump",
        "fs dump",
        "pg states",
    ),
    "health/minimal": ("health detail", "status"),
    "pool?stats=true": ("osd pool stats",),
    "osd": ("osd df", "osd perf"),
    "host": ("mon metadata", "mgr metadata", "mds metadata", "versions"),
    "rgw/daemon": ("service dump",),
    "daemon?daemon_types=rgw": ("orch ps",),
    "perf_counters": ("perf counters",),
    "summary": ("version",),
}
SINCE: Mapping[str, str] = {"orch ps": "18"}
"""By document, the first release with its endpoint, where that is not 14."""
_INCLUDES = {"health/full": frozenset(ENDPOINTS["health/minimal"])}
NO_ORCHESTRATOR = "Orchestrator is unavailable"
"""The detail of a 503 if the cluster has no orchestrator."""
_SHARE = 0.75
"""The part of the remaining time that one endpoint may take."""


class _Login(msgspec.Struct):
    token: str
    pwd_update_required: bool = msgspec.field(default=False, name="pwdUpdateRequired")


class _Error(msgspec.Struct):
    detail: str = ""


_login = Decoder(_Login)
_error = Decoder(_Error)


class Dashboard:
    """Documents from the mgr dashboard at `http`'s URL, which includes its `url_prefix`."""

    api = "dashboard"
    releases = ("14", "")
    documents = frozenset(name for names in ENDPOINTS.values() for name in names)

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.url = http.url
        self._http = http
        self._credentials = credentials
        self._forms = Forms()

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request each endpoint that has a wanted document once.

        After the first answer, an endpoint that hangs gets only a part of the remaining time, so
        that the endpoints after it can still be requested.
        """
        remaining = set(wanted)
        alive = False
        for endpoint, documents in ENDPOINTS.items():
            if remaining.isdisjoint(documents):
                continue
            start = time.monotonic()
            error, body = None, b""
            limit = deadline.part(_SHARE) if alive else deadline
            try:
                body = self._forms.get(endpoint, partial(self._ask, deadline=limit))
                remaining -= _INCLUDES.get(endpoint, frozenset())
                alive = True
            except SourceError as failure:
                hangs = alive and not limit.left and deadline.left
                error = SourceError(ErrorKind.FAILED, str(failure)) if hangs else failure
            yield Answer(documents, f"dashboard/{endpoint}", elapsed(start), body, error)
            if error is not None and not error.of_document:
                raise error

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _ask(self, endpoint: str, deadline: Deadline) -> Response:
        had_token = bool(self._credentials.token)
        response = self._request(endpoint, deadline)
        if response.status == 401 and had_token:
            self._credentials.token = ""  # expired or revoked: one new login
            response = self._request(endpoint, deadline)
        check_active(self.url, response)
        if response.status == 200:
            return response
        detail = _detail(response)
        if response.status == 401:
            self._credentials.distrust()
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self.url}: the dashboard refused the token that it had just issued ({detail}); "
                f"the next login is in {LOGIN_PAUSE / 60:.0f} minutes",
            )
        absent = response.status == 404 or (response.status == 503 and detail == NO_ORCHESTRATOR)
        kind = ErrorKind.UNSUPPORTED if absent else ErrorKind.FAILED
        hint = (
            f"; give user {self._credentials.username} the role read-only"
            if response.status == 403
            else ""
        )
        raise SourceError(kind, f"/api/{endpoint}: HTTP {response.status}: {detail}{hint}")

    def _request(self, endpoint: str, deadline: Deadline) -> Response:
        if not self._credentials.token:
            self._credentials.token = self._log_in(deadline)
        headers = {**ACCEPT, "Authorization": f"Bearer {self._credentials.token}"}
        return self._http.request("GET", f"/api/{endpoint}", deadline, headers=headers)

    def _log_in(self, deadline: Deadline) -> str:
        if not self._credentials.may_log_in():
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self.url}: the dashboard refused the token that it had just issued; the next "
                f"login is {LOGIN_PAUSE / 60:.0f} minutes after that",
            )
        secret = self._credentials.secret(self.url)
        user = self._credentials.username
        body = {"username": user, "password": secret}
        response = self._http.request("POST", "/api/auth", deadline, headers=ACCEPT, json=body)
        check_active(self.url, response)
        if response.status not in (200, 201):
            detail = _detail(response)
            # The same statuses in HTML come from another server, e.g. http:// on an https:// port.
            if response.status in (400, 401, 403) and _is_json(response):
                self._credentials.refuse(secret, self.url)
                raise SourceError(
                    ErrorKind.REFUSED,
                    f"{self.url}: the dashboard refused the login of user {user}: {detail}; check "
                    "--cluster.username and --cluster.password-file, and that the user is enabled",
                )
            raise SourceError(
                ErrorKind.UNREACHABLE, f"{self.url}: login: HTTP {response.status}: {detail}"
            )
        try:
            login = _login(response.body)
        except DecodeError as error:
            raise SourceError(
                ErrorKind.UNREACHABLE,
                f"{self.url}: login: {error}; check that this is the URL of a Ceph dashboard",
            ) from None
        if login.pwd_update_required:
            self._credentials.refuse(secret, self.url)
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self.url}: user {user} must change its password first: ceph dashboard "
                f"ac-user-set-password {user} -i FILE",
            )
        return login.token


def check_active(url: str, response: Response) -> None:
    """Raise SourceError of kind STANDBY if the dashboard of a standby mgr answered."""
    if 300 <= response.status < 400:
        location = response.headers.get("location", "an unknown address")
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: this is a standby mgr, and its redirect to {location[:200]} is not followed; "
            "list the URL of every mgr in --cluster.url",
        )
    if b"No active ceph-mgr instance" in response.body[:4096]:
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: this is a standby mgr, and no mgr is active; check: ceph mgr dump",
        )


def _is_json(response: Response) -> bool:
    return "json" in response.headers.get("content-type", "")


def _detail(response: Response) -> str:
    try:
        return " ".join(_error(response.body).detail.split())[:200] or "no reason reported"
    except DecodeError as error:
        return str(error)
