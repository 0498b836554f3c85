"""The login to the dashboard, and requests with the token from that login.

Each login writes user data to the monitors' store. Therefore, a token is used until the dashboard
answers with 401, and only then does the exporter log in again. Cookies are discarded, because the
cookie of a login takes precedence over the Authorization header.
"""

from collections.abc import Mapping
from functools import partial

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import LOGIN_PAUSE, Credentials
from ceph_exporter.sources.dashboard_errors import check_active, check_own, detail, is_own_error
from ceph_exporter.sources.http import Http, Response

ACCEPT = {"Accept": "application/vnd.ceph.api.v1.0+json"}
"""The dashboard requires exactly this media type, including the version."""


class _Login(msgspec.Struct):
    token: str
    pwd_update_required: bool = msgspec.field(default=False, name="pwdUpdateRequired")


_login = Decoder(_Login)


class LoggedIn:
    """Requests to a dashboard as a user; logs in when necessary."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self._http = http
        self._credentials = credentials
        self._url = http.url

    @property
    def user(self) -> str:
        """The name of the user."""
        return self._credentials.username

    def ask(
        self, endpoint: str, deadline: Deadline, accept: Mapping[str, str] = ACCEPT
    ) -> Response:
        """Return the dashboard's own answer; raise SourceError if the URL or the login fails.

        accept: the Accept header, if the endpoint has another version than most.
        """
        had_token = bool(self._credentials.token)
        token = self._token(deadline)
        response = self._request(endpoint, token, deadline, accept)
        if response.status == 401 and had_token:
            self._credentials.discard(token)  # expired or revoked: log in again, but only once
            token = self._token(deadline)
            response = self._request(endpoint, token, deadline, accept)
        if response.status == 401:
            self._credentials.distrust(token, self._url)
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self._url}: the dashboard refused the token that it had just issued "
                f"({detail(response)}); the next login is in {LOGIN_PAUSE / 60:.0f} minutes",
            )
        return response

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _token(self, deadline: Deadline) -> str:
        if not self._credentials.trusts(self._url):
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self._url}: the dashboard refused the token that it had just issued; the next "
                f"login is {LOGIN_PAUSE / 60:.0f} minutes after that",
            )
        token = self._credentials.token or self._log_in(deadline)
        self._credentials.token = token
        return token

    def _request(
        self, endpoint: str, token: str, deadline: Deadline, accept: Mapping[str, str]
    ) -> Response:
        headers = {**accept, "Authorization": f"Bearer {token}"}
        check = partial(check_own, self._url, endpoint)
        return self._http.request("GET", f"/api/{endpoint}", deadline, headers=headers, check=check)

    def _log_in(self, deadline: Deadline) -> str:
        secret = self._credentials.secret(self._url)
        body = {"username": self.user, "password": secret}
        check = partial(check_active, self._url)
        response = self._http.request(
            "POST", "/api/auth", deadline, headers=ACCEPT, json=body, check=check
        )
        if response.status not in (200, 201):
            raise self._not_logged_in(response, secret)
        try:
            login = _login(response.body)
        except DecodeError as error:
            raise SourceError(
                ErrorKind.UNREACHABLE,
                f"{self._url}: login: {error}; check that this is the URL of a Ceph dashboard",
            ) from None
        if login.pwd_update_required:
            self._credentials.refuse(secret, self._url)
            raise SourceError(
                ErrorKind.REFUSED,
                f"{self._url}: user {self.user} must change its password first: ceph dashboard "
                f"ac-user-set-password {self.user} -i FILE",
            )
        return login.token

    def _not_logged_in(self, response: Response, secret: str) -> SourceError:
        reason = detail(response)
        # A proxy, or a port that expects https://, may answer with the same statuses.
        if response.status in (400, 401, 403) and is_own_error(response):
            self._credentials.refuse(secret, self._url)
            return SourceError(
                ErrorKind.REFUSED,
                f"{self._url}: the dashboard refused the login of user {self.user}: {reason}; "
                "check --cluster.username and --cluster.password-file, and that the user is "
                "enabled",
            )
        return SourceError(
            ErrorKind.UNREACHABLE, f"{self._url}: login: HTTP {response.status}: {reason}"
        )
