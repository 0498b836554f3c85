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
from ceph_exporter.web.config import Loaded, RateLimit, WebConfig
from ceph_exporter.web.handshakes import NAME_NOT_ALLOWED, Handshakes, explanation, reason_of
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.users import BusyError, Users

_NAME_TYPES = ("DNS", "email", "IP Address", "URI")
"""The types of names in a certificate that exporter-toolkit compares."""
_POLICIES = {"VerifyClientCertIfGiven": 1, "RequireAndVerifyClientCert": 2}
"""The client authentication types that verify certificates; a higher number is stricter."""


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
    handshakes: Handshakes = Handshakes()

    def shake(self, connection: ssl.SSLSocket) -> bool:
        """Perform the TLS handshake; return whether the client is admitted.

        Raises OSError, which includes the errors of ssl, if the handshake fails.
        """
        client = connection.getpeername()
        try:
            connection.do_handshake()
        except OSError as error:
            self.handshakes.failed(reason_of(error), client, explanation(error))
            raise
        if self.admits(connection):
            return True
        self.handshakes.failed(NAME_NOT_ALLOWED, client, "no name in client_allowed_sans")
        return False

    def admits(self, connection: ssl.SSLSocket) -> bool:
        """Return whether the certificate of the client has an allowed name."""
        if self.allowed_sans is None:
            return True
        names = (connection.getpeercert() or {}).get("subjectAltName", ())
        return any(
            str(name[0]) in _NAME_TYPES and _name(*map(str, name)) in self.allowed_sans
            for name in names
        )

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


def make(
    loaded: Loaded,
    previous: tuple[Loaded, Security] | None = None,
    handshakes: Handshakes | None = None,
) -> Security:
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
        handshakes=handshakes or Handshakes(),
    )


def lost(before: WebConfig, after: WebConfig) -> list[str]:
    """Return the keys that protect the exporter before a change but not after it."""
    old, new = before.tls_server_config, after.tls_server_config
    users = ["basic_auth_users"] if before.basic_auth_users and not after.basic_auth_users else []
    if old.enabled and not new.enabled:
        return ["tls_server_config", *users]
    keys = []
    if _POLICIES.get(old.client_auth_type, 0) > _POLICIES.get(new.client_auth_type, 0):
        keys.append("client_auth_type")
    elif (old.client_ca or old.client_ca_file) and not (new.client_ca or new.client_ca_file):
        keys.append("client_ca")  # the system's CAs would take its place
    if old.client_allowed_sans is not None and new.client_allowed_sans is None:
        keys.append("client_allowed_sans")
    return [f"tls_server_config.{key}" for key in keys] + users


class Watched:
    """The security settings of a web configuration file, reloaded when one of its files changes.

    The files are read and compared for every request, which is cheap for an exporter and, unlike
    comparing modification times, detects every change. While the file is invalid, the last valid
    configuration stays in use. The same applies if the file lacks a protection that is in use,
    because an editor or `cp` may have emptied it for a moment. Raises ConfigError if the file is
    invalid at the start. clock: monotonic seconds.
    """

    def __init__(self, file: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._error = ""
        self.handshakes = Handshakes()
        self.handshakes.export()
        loaded = config.load(file)
        self._current = loaded, self._make(loaded)

    @property
    def rejected(self) -> bool:
        """Whether the files were invalid when they were last read."""
        return bool(self._error)

    def check(self) -> None:
        """Raise ConfigError if the files cannot be used as they are now."""
        self._make(config.load(self._file), self._current)

    def __call__(self) -> Security:
        """Return the current settings, after the files were read again."""
        called = self._clock()
        with self._lock:
            if self._read_at <= called:  # otherwise another thread has just read them
                self._read_at = self._clock()
                try:
                    self._read()
                    self._error = ""
                except ConfigError as error:
                    self._log_error(str(error))
            return self._current[1]

    def _read(self) -> None:
        previous, security = self._current
        if previous.is_current():
            return
        loaded = config.load(self._file)
        if loaded[:2] == previous[:2]:  # only comments or the order have changed
            self._current = loaded, security
            return
        self._current = loaded, self._make(loaded, self._current)
        log.info("web configuration changed", extra=fields(file=self._file))

    def _make(self, loaded: Loaded, previous: tuple[Loaded, Security] | None = None) -> Security:
        if previous and (keys := lost(previous[0].web, loaded.web)):
            raise ConfigError(
                f"{self._file}: {', '.join(keys)}: in use, but no longer in the file; "
                "restart the exporter to serve without"
            )
        try:
            return make(loaded, previous, self.handshakes)
        except ConfigError as error:
            raise ConfigError(f"{self._file}: {error}") from None

    def _log_error(self, error: str) -> None:
        """Log why a changed file is not used, once per error."""
        if error != self._error:
            line = fields(error=error)
            log.error("web configuration rejected, previous one kept in use", extra=line)
        self._error = error
