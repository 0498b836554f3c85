"""What the web configuration means for a connection and a request, and its renewal when changed."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import NamedTuple

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.log import fields, log
from ceph_exporter.web import config, tls
from ceph_exporter.web.config import Loaded, RateLimit
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.users import BusyError, Users


class Limiter:
    """A token bucket: a token an interval, `burst` at most."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval, self._burst = float(limit.interval), float(limit.burst)
        self._clock = clock
        self._tokens, self._at = self._burst, clock()
        self._lock = threading.Lock()

    def allow(self) -> bool:
        """Take a token, if there is one."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) / self._interval)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Security(NamedTuple):
    """A web configuration at work. allowed_sans: None where any verified certificate will do."""

    context: ssl.SSLContext | None = None
    allowed_sans: frozenset[str] | None = None
    headers: Mapping[str, str] = {}
    users: Users | None = None
    limiter: Limiter | None = None

    def admits(self, connection: ssl.SSLSocket) -> bool:
        """Say whether the client's certificate has an allowed name."""
        if self.allowed_sans is None:
            return True
        names = (connection.getpeercert() or {}).get("subjectAltName", ())
        return any(_name(*name) in self.allowed_sans for name in names)

    def refusal(self, request: Request) -> Reply | None:
        """Give the answer for a request that is refused: too many, or not a user's."""
        if self.limiter is not None and not self.limiter.allow():
            return Reply(b"too many requests\n", status=429)
        if self.users is None:
            return None
        try:
            if self.users.admit(request.headers.get("authorization", "")):
                return None
        except BusyError:
            return Reply(b"busy checking passwords\n", status=503)
        return Reply(b"unauthorized\n", status=401, headers={"WWW-Authenticate": "Basic"})


OPEN = Security()
"""No TLS, everyone is let in."""


def _name(kind: str, value: str) -> str:
    """Write a name of a certificate as Go does, which has IPv6 addresses in their short form."""
    try:
        return str(ip_address(value.strip())) if kind == "IP Address" else value
    except ValueError:
        return value


def make(loaded: Loaded, before: tuple[Loaded, Security] | None = None) -> Security:
    """Put a configuration to work; raises ConfigError that names the key.

    before: what held until now; users and limits that stay the same keep what they remember.
    """
    web = loaded.web
    sans = web.tls_server_config.client_allowed_sans
    old = before[0].web if before else None
    users = before[1].users if before and old else None
    if old is None or web.basic_auth_users != old.basic_auth_users:
        users = Users(web.basic_auth_users) if web.basic_auth_users else None
    limiter = before[1].limiter if before and old else None
    if old is None or web.rate_limit != old.rate_limit:
        limiter = Limiter(web.rate_limit) if web.rate_limit.interval else None
    return Security(
        context=tls.context(web.tls_server_config, loaded.pem),
        allowed_sans=None if sans is None else frozenset(sans),
        headers={key: value for key, value in web.http_server_config.headers.items() if value},
        users=users,
        limiter=limiter,
    )


class Watched:
    """The security of a file, renewed when the file or one that it names has changed.

    The files are read for every connection and compared: that is cheap for an exporter, and
    misses no change, whatever a modification time says. A bad file leaves the last good one in
    force. Raises ConfigError when there is no good one yet.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._error = ""
        loaded = config.load(file)
        self._now = loaded, self._make(loaded)

    def check(self) -> None:
        """Read and check the files as they are now; raises ConfigError."""
        self._make(config.load(self._file))

    def __call__(self) -> Security:
        """Give what holds now."""
        with self._lock:
            try:
                loaded = config.load(self._file)
                if loaded != self._now[0]:
                    self._now = loaded, self._make(loaded, self._now)
                    log.info("web configuration changed", extra=fields(file=self._file))
                self._error = ""
            except ConfigError as error:
                self._note(str(error))
            return self._now[1]

    def _make(self, loaded: Loaded, before: tuple[Loaded, Security] | None = None) -> Security:
        try:
            return make(loaded, before)
        except ConfigError as error:
            raise ConfigError(f"{self._file}: {error}") from None

    def _note(self, error: str) -> None:
        """Log why a changed file is not taken up, once."""
        if error != self._error:
            line = fields(error=error)
            log.error("web configuration refused; the last good one stays in force", extra=line)
        self._error = error
