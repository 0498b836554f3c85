"""Applies the web configuration to connections and requests, and reloads it when it changes."""

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
    """A token bucket: one new token per interval, at most `burst` tokens.

    clock: monotonic seconds.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval, self._burst = float(limit.interval), float(limit.burst)
        self._clock = clock
        self._tokens, self._at = self._burst, clock()
        self._lock = threading.Lock()

    def allow(self) -> bool:
        """Take a token; return whether there was one."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) / self._interval)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Security(NamedTuple):
    """A web configuration in use. allowed_sans: None if any verified certificate is accepted."""

    context: ssl.SSLContext | None = None
    allowed_sans: frozenset[str] | None = None
    headers: Mapping[str, str] = {}
    users: Users | None = None
    limiter: Limiter | None = None

    def admits(self, connection: ssl.SSLSocket) -> bool:
        """Return whether the certificate of the client has an allowed name."""
        if self.allowed_sans is None:
            return True
        names = (connection.getpeercert() or {}).get("subjectAltName", ())
        return any(_name(*name) in self.allowed_sans for name in names)

    def refusal(self, request: Request) -> Reply | None:
        """Return the reply that refuses a request: 429, 401 or 503; None if it is allowed."""
        if self.limiter is not None and not self.limiter.allow():
            return Reply(b"too many requests\n", status=429)
        if self.users is None:
            return None
        try:
            if self.users.admit(request.headers.get("authorization", ""), request.client):
                return None
        except BusyError:
            return Reply(b"too many passwords are being checked; try again later\n", status=503)
        return Reply(b"unauthorized\n", status=401, headers={"WWW-Authenticate": "Basic"})


OPEN = Security()
"""No TLS, no authentication."""


def _name(type_: str, value: str) -> str:
    """Return a name in a certificate as Go writes it, with IPv6 addresses in their short form."""
    try:
        return str(ip_address(value.strip())) if type_ == "IP Address" else value
    except ValueError:
        return value


def make(loaded: Loaded, previous: tuple[Loaded, Security] | None = None) -> Security:
    """Return the settings that a configuration describes; raises ConfigError that names the key.

    previous: the configuration in use; unchanged users and limits keep their state.
    """
    web = loaded.web
    sans = web.tls_server_config.client_allowed_sans
    users = limiter = None
    if previous and web.basic_auth_users == previous[0].web.basic_auth_users:
        users = previous[1].users
    elif web.basic_auth_users:
        users = Users(web.basic_auth_users)
    if previous and web.rate_limit == previous[0].web.rate_limit:
        limiter = previous[1].limiter
    elif web.rate_limit.interval:
        limiter = Limiter(web.rate_limit)
    return Security(
        context=tls.make_context(web.tls_server_config, loaded.pem),
        allowed_sans=None if sans is None else frozenset(sans),
        headers={key: value for key, value in web.http_server_config.headers.items() if value},
        users=users,
        limiter=limiter,
    )


class Watched:
    """The security settings of a web configuration file, reloaded when one of its files changes.

    The files are read and compared for every connection. For an exporter this is cheap, and unlike
    modification times it detects every change. While the file is invalid, the last valid
    configuration stays in use. Raises ConfigError if the file is invalid at the start.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._error = ""
        loaded = config.load(file)
        self._current = loaded, self._make(loaded)

    def check(self) -> None:
        """Raise ConfigError if the files are invalid as they are now."""
        self._make(config.load(self._file))

    def __call__(self) -> Security:
        """Return the current settings, after reading the files again."""
        with self._lock:
            try:
                loaded = config.load(self._file)
                if loaded != self._current[0]:
                    self._current = loaded, self._make(loaded, self._current)
                    log.info("web configuration changed", extra=fields(file=self._file))
                self._error = ""
            except ConfigError as error:
                self._log_error(str(error))
            return self._current[1]

    def _make(self, loaded: Loaded, previous: tuple[Loaded, Security] | None = None) -> Security:
        try:
            return make(loaded, previous)
        except ConfigError as error:
            raise ConfigError(f"{self._file}: {error}") from None

    def _log_error(self, error: str) -> None:
        """Log why a changed file is not used, once per error."""
        if error != self._error:
            line = fields(error=error)
            log.error("web configuration rejected, previous one kept in use", extra=line)
        self._error = error
