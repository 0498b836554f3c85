"""The REST API of the mgr dashboard, 14 to 21 (src/pybind/mgr/dashboard/).

A login writes user data to the monitors' store, so its token is kept for its whole life and renewed
on a 401 only. The media type with the version must be the whole Accept header. The cookie that a
login sets would win over the header, so none is kept. A standby mgr redirects to the active one by
an address of its own choice: not followed, the next URL is used instead.
"""

import time
from collections.abc import Collection, Iterator, Mapping

import msgspec

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.http import Http, Response

ACCEPT = {"Accept": "application/vnd.ceph.api.v1.0+json"}

# endpoint -> the documents for whose sake it is asked, in the order in which they are asked for.
# The monitors come first: they are answered from memory, while health waits for every iSCSI
# gateway. health/full carries all that health/minimal does, which is then left out.
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "monitor": ("quorum_status",),
    "health/full": (
        *("osd dump", "osd tree", "osd metadata", "df detail", "mgr dump", "fs dump"),
        "pg states",
    ),
    "health/minimal": ("health detail", "status"),
    "pool?stats=true": ("osd pool stats",),
    "osd": ("osd df", "osd perf"),
    "host": ("mon metadata", "mgr metadata", "mds metadata", "versions"),
    "rgw/daemon": ("service dump",),
    "perf_counters": ("perf counters",),
    "summary": ("version",),
}
_ALSO = {"health/full": frozenset(ENDPOINTS["health/minimal"])}
# From 18 on a list is cut to its first rows unless all are asked for; before, it has no parameters.
_PAGED = frozenset({"osd", "host"})
_ALL_ROWS = "?offset=0&limit=-1"
_SHARE = 0.75
"""Of the time that is left, what one endpoint may take."""


class _Login(msgspec.Struct):
    token: str
    pwd_update_required: bool = msgspec.field(default=False, name="pwdUpdateRequired")


class _Error(msgspec.Struct):
    detail: str = ""


_login = Decoder(_Login)
_error = Decoder(_Error)


class Dashboard:
    """Documents over the mgr dashboard at `http`'s URL (its `url_prefix` included)."""

    api = "dashboard"
    releases = ("14", "")
    documents = frozenset(name for names in ENDPOINTS.values() for name in names)

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.url = http.url
        self._http = http
        self._credentials = credentials
        self._rows: dict[str, str] = {}

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Get each endpoint that carries a wanted document once.

        Once one has answered, another that hangs is left with some time for those behind it.
        """
        missing = set(wanted)
        alive = False
        for endpoint, documents in ENDPOINTS.items():
            if missing.isdisjoint(documents):
                continue
            start = time.monotonic()
            error, body = None, b""
            limit = deadline.part(_SHARE) if alive else deadline
            try:
                body = self._get(endpoint, limit)
                missing -= _ALSO.get(endpoint, frozenset())
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

    def _get(self, endpoint: str, deadline: Deadline) -> bytes:
        response = self._ask(endpoint + self._rows.get(endpoint, ""), deadline)
        if endpoint in _PAGED and endpoint not in self._rows and _is_cut(response):
            self._rows[endpoint] = _ALL_ROWS
            response = self._ask(endpoint + _ALL_ROWS, deadline)
        return response.body

    def _ask(self, endpoint: str, deadline: Deadline) -> Response:
        kept = bool(self._credentials.token)
        response = self._request(endpoint, deadline)
        if response.status == 401 and kept:
            self._credentials.token = ""  # expired or revoked: one new login
            response = self._request(endpoint, deadline)
        check_active(self.url, response)
        if response.status == 200:
            return response
        detail = _detail(response)
        if response.status == 401:
            self._credentials.distrust()
            raise SourceError(
                ErrorKind.REFUSED, f"{self.url}: the dashboard refused its token: {detail}"
            )
        kind = ErrorKind.UNSUPPORTED if response.status == 404 else ErrorKind.FAILED
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
                f"{self.url}: the dashboard refused the token it had just given; the next login is "
                "tried five minutes after that",
            )
        secret = self._credentials.secret(self.url)
        user = self._credentials.username
        body = {"username": user, "password": secret}
        response = self._http.request("POST", "/api/auth", deadline, headers=ACCEPT, json=body)
        check_active(self.url, response)
        if response.status not in (200, 201):
            detail = _detail(response)
            # The same statuses in HTML are another server's, say of http:// on an https:// port.
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
                f"{self.url}: login: {error}; is this the URL of a Ceph dashboard?",
            ) from None
        if login.pwd_update_required:
            self._credentials.refuse(secret, self.url)
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self.url}: user {user} must change its password first: ceph dashboard "
                f"ac-user-set-password {user} -i FILE",
            )
        return login.token


def _is_cut(response: Response) -> bool:
    """Say whether a list may have been cut: the shortest page has five rows."""
    total = response.headers.get("x-total-count", "")
    return total.isdecimal() and int(total) > 5


def check_active(url: str, response: Response) -> None:
    """Raise SourceError of kind STANDBY when a standby mgr's dashboard answered."""
    if 300 <= response.status < 400:
        where = response.headers.get("location", "nowhere")
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: a standby mgr redirects to {where[:200]}, not followed; give the URL of every "
            "mgr with --cluster.url",
        )
    if b"No active ceph-mgr instance" in response.body[:4096]:
        raise SourceError(ErrorKind.STANDBY, f"{url}: a standby mgr, and no mgr is active")


def _is_json(response: Response) -> bool:
    return "json" in response.headers.get("content-type", "")


def _detail(response: Response) -> str:
    try:
        return " ".join(_error(response.body).detail.split())[:200] or "no reason given"
    except DecodeError as error:
        return str(error)
