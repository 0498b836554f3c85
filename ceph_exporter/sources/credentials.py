"""The name and secret of a cluster's user; the secret is read when needed and never shown."""

import time
from base64 import b64encode
from pathlib import Path

from ceph_exporter.sources.base import ErrorKind, SourceError

LOGIN_PAUSE = 300.0
"""Seconds without a login after the dashboard refused a token that it had just issued."""


class Credentials:
    """A user of Ceph's API, or of the proxy in front of it.

    The secret is read from its file at every use, so a new or changed file takes effect without a
    restart. A secret that a URL has refused is not sent there again: ten refusals disable a user of
    the dashboard until an administrator enables it (Ceph 16 and later, ACCOUNT_LOCKOUT_ATTEMPTS).
    Refusals are stored by URL. If the URL of another cluster is configured by mistake, its refusal
    does not stop logins to the right cluster.
    """

    def __init__(self, username: str = "", password_file: str = "", keyring: str = "") -> None:
        self.username = username
        self.keyring = keyring
        """The file from which librados reads the key; "" for the default locations of librados."""
        self._file = password_file
        self._refused: dict[str, str] = {}
        self.token = ""
        """The dashboard's token from the last login; every mgr of the cluster accepts it."""
        self._next_login: dict[str, float] = {}  # by URL

    def __bool__(self) -> bool:
        """Return whether a user is configured."""
        return bool(self.username)

    def secret(self, url: str = "") -> str:
        """Return the secret; raises SourceError if it cannot be read or this URL refused it."""
        if not self._file:
            raise SourceError(ErrorKind.REFUSED, "no password; set --cluster.password-file")
        try:
            secret = Path(self._file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text file"
            raise SourceError(
                ErrorKind.REFUSED, f"cannot read the password file {self._file}: {reason}"
            ) from None
        if not secret:
            raise SourceError(
                ErrorKind.REFUSED, f"the password file {self._file} is empty; write the password"
            )
        if secret == self._refused.get(url):
            raise SourceError(
                ErrorKind.REFUSED,
                f"the password in {self._file} was refused for user {self.username}; it is not "
                "sent again until that file changes, because ten refusals disable a user (to "
                f"enable it: ceph dashboard ac-user-enable {self.username})",
            )
        return secret

    def refuse(self, secret: str, url: str) -> None:
        """Remember that this URL refused this secret."""
        self._refused[url] = secret

    def trusts(self, url: str) -> bool:
        """Return whether this URL may be sent a token or a login now.

        Each login writes to the monitors' store.
        """
        return time.monotonic() >= self._next_login.get(url, 0.0)

    def discard(self, token: str) -> None:
        """Drop a token that was refused, unless another thread has already replaced it."""
        if self.token == token:
            self.token = ""

    def distrust(self, token: str, url: str) -> None:
        """Drop a token that this URL refused when new; leave it alone for `LOGIN_PAUSE` seconds."""
        self.discard(token)
        self._next_login[url] = time.monotonic() + LOGIN_PAUSE

    def basic(self) -> dict[str, str]:
        """Return the header for HTTP basic authentication; empty without a user."""
        if not self.username:
            return {}
        pair = f"{self.username}:{self.secret()}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
