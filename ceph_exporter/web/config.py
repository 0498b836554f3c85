"""The web configuration file, in the format of Prometheus' exporter-toolkit.

The file becomes a tree of structs. All files that it names are read together with it, so that the
contents that were checked are those that are used. Errors name the file and the key in it, and
never show the value of a key that may hold a secret.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ceph_exporter.config.strict_yaml import ConfigError, Strict, convert, parse_yaml, read

HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
"""The headers that may be set, and their allowed values; an empty tuple allows any value."""

_BCRYPT = re.compile(r"\$2[abxy]?\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_GO_DURATION = re.compile(r"(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+")
_GO_PART = re.compile(r"(?<!\d)(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


class Interval(float):
    """Seconds, written as a duration of Go: 1s, 1.5s, 100ms, or 0."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> "Interval":
        """Return the duration in seconds; raises ValueError that says what was expected."""
        if value in (0, "0"):
            return cls(0)
        if not isinstance(value, str) or not _GO_DURATION.fullmatch(value):
            raise ValueError("expected a duration such as 1s or 100ms, or 0")
        return cls(sum(float(n) * _GO_UNITS[unit] for n, unit in _GO_PART.findall(value)))


class TlsServer(Strict, frozen=True):
    """`tls_server_config`. Certificates and keys are PEM, either inline or in a file."""

    cert: str = ""
    cert_file: str = ""
    key: str = ""
    key_file: str = ""
    client_ca: str = ""
    client_ca_file: str = ""
    client_auth_type: str = ""
    client_allowed_sans: tuple[str, ...] | None = None
    min_version: str = "TLS12"
    max_version: str = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether any key that turns on TLS is set."""
        pems = (self.cert, self.cert_file, self.key, self.key_file)
        return any((*pems, self.client_ca, self.client_ca_file, self.client_auth_type))


class HttpServer(Strict, frozen=True):
    """`http_server_config`."""

    http2: bool = False
    headers: Mapping[str, str] = {}


class RateLimit(Strict, frozen=True):
    """`rate_limit`: one request per interval, and bursts of up to `burst`; interval 0: no limit."""

    interval: Interval = Interval(0)
    burst: int = 0


class WebConfig(Strict, frozen=True):
    """The whole file."""

    tls_server_config: TlsServer = TlsServer()
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: Mapping[str, str] = {}
    rate_limit: RateLimit = RateLimit()


class Pem(NamedTuple):
    """The PEM texts that a configuration uses, inline or read from files."""

    cert: bytes = b""
    key: bytes = b""
    client_ca: bytes = b""


class Loaded(NamedTuple):
    """A configuration and the files that it names; compares equal if nothing has changed."""

    web: WebConfig
    pem: Pem


def load(file: str) -> Loaded:
    """Read and check the file and the files that it names; raises ConfigError."""
    try:
        web = convert(_pruned(parse_yaml(read(file))), WebConfig, "")
        _check(web)
        return Loaded(web, _pem(web.tls_server_config, Path(file).parent))
    except ConfigError as error:
        text = str(error)
        raise ConfigError(text if text.startswith(f"{file}: ") else f"{file}: {text}") from None


def _pruned(tree: object) -> object:
    """Remove keys without a value, which mean the default, except users without a hash."""
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError("expected a mapping such as tls_server_config: {...}")
    return {
        key: value
        if key == "basic_auth_users" or not isinstance(value, dict)
        else {name: inner for name, inner in value.items() if inner is not None}
        for key, value in tree.items()
        if value is not None
    }


def _check(web: WebConfig) -> None:
    if web.http_server_config.http2:
        raise ConfigError(
            "http_server_config.http2: HTTP/2 is not supported; remove the key or set it to false"
        )
    for name, value in web.http_server_config.headers.items():
        path = f"http_server_config.headers.{name}"
        if name not in HEADERS:
            raise ConfigError(
                f"{path}: this header cannot be set; expected one of {', '.join(HEADERS)}"
            )
        if HEADERS[name] and value not in HEADERS[name]:
            raise ConfigError(f"{path}: expected {' or '.join(HEADERS[name])}, got {value!r}")
        if not value.isprintable() or not value.isascii():
            raise ConfigError(f"{path}: expected one line of ASCII characters")
    for user, digest in web.basic_auth_users.items():
        if not user or ":" in user:
            raise ConfigError(f"basic_auth_users: expected a name without a colon, got {user!r}")
        if not _BCRYPT.fullmatch(digest):
            raise ConfigError(
                f"basic_auth_users.{user}: expected the bcrypt hash of the password, as "
                "`htpasswd -nBC 10 NAME` prints it"
            )
    if web.rate_limit.interval and web.rate_limit.burst < 1:
        raise ConfigError(
            "rate_limit.burst: expected 1 or more, because 0 would refuse all requests"
        )


def _pem(tls: TlsServer, folder: Path) -> Pem:
    if not tls.enabled:
        return Pem()
    pems = {}
    for name in Pem._fields:
        inline, file = getattr(tls, name), getattr(tls, f"{name}_file")
        path = f"tls_server_config.{name}_file"
        if inline and file:
            raise ConfigError(f"{path}: cannot be combined with {name}; remove one of them")
        if not inline and not file and name != "client_ca":
            raise ConfigError(f"{path}: expected a PEM file (or {name}, the PEM text itself)")
        try:
            pems[name] = (folder / file).read_bytes() if file else inline.encode()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a valid file name"
            raise ConfigError(f"{path}: {folder / file}: {reason}") from None
    return Pem(**pems)
