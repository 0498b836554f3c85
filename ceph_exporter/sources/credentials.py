"""The name and secret of a cluster's user, read when they are needed and never shown."""

import time
from base64 import b64encode
from pathlib import Path

from ceph_exporter.sources.base import ErrorKind, SourceError

LOGIN_PAUSE = 300.0


class Credentials:
    """A user of Ceph's API, or of the proxy in front of it.

    The secret is read from its file at every use, so a file that appears later or changes is taken
    up. Once a URL refused a secret it is not sent there again: ten refusals disable a dashboard's
    user for good (Ceph 16 and later, ACCOUNT_LOCKOUT_ATTEMPTS). It is for each URL, as one that is
    another cluster's by mistake must not keep the exporter out of its own.
    """

    def __init__(self, username: str = "", password_file: str = "", keyring: str = "") -> None:
        self.username = username
        self.keyring = keyring
        """The file that librados reads the key from, "" for its own places."""
        self._file = password_file
        self._refused: dict[str, str] = {}
        self.token = ""
        """What the dashboard gave for the secret; every mgr of the cluster takes it."""
        self._log_in_at = 0.0

    def __bool__(self) -> bool:
        """There is a user."""
        return bool(self.username)

    def secret(self, url: str = "") -> str:
        """Read the secret; raises SourceError when it cannot be read or this URL refused it."""
        if not self._file:
            raise SourceError(ErrorKind.REFUSED, "no password: set --cluster.password-file")
        try:
            secret = Path(self._file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text file"
            raise SourceError(
                ErrorKind.REFUSED, f"cannot read the password file {self._file}: {reason}"
            ) from None
        if not secret:
            raise SourceError(ErrorKind.REFUSED, f"the password file {self._file} is empty")
        if secret == self._refused.get(url):
            raise SourceError(
                ErrorKind.REFUSED,
                f"the password in {self._file} was refused for user {self.username}; not tried "
                "again until that file changes (ten refusals disable a user; then: "
                f"ceph dashboard ac-user-enable {self.username})",
            )
        return secret

    def refuse(self, secret: str, url: str) -> None:
        """Remember that this URL refused this secret."""
        self._refused[url] = secret

    def may_log_in(self) -> bool:
        """Say whether it is time for a login; each one is written to the monitors' store."""
        return time.monotonic() >= self._log_in_at

    def distrust(self) -> None:
        """Drop a token that was refused at once, and log in no sooner than in five minutes."""
        self.token = ""
        self._log_in_at = time.monotonic() + LOGIN_PAUSE

    def basic(self) -> dict[str, str]:
        """Give the header of HTTP basic authentication, none without a user."""
        if not self.username:
            return {}
        pair = f"{self.username}:{self.secret()}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
