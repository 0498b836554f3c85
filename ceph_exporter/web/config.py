"""The web configuration file, in the format of Prometheus' exporter-toolkit.

The file becomes a tree of structs. The files that it names are read at the same time, so that what
is checked is what is used. Errors name the file and the key, and never show a value that may be a
secret.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from ceph_exporter.config.strict_yaml import (
    ConfigError,
    Strict,
    convert,
    decoded,
    parse_yaml,
    read_bytes,
)
from ceph_exporter.printable import quoted
from ceph_exporter.web.interval import Interval

HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
"""The headers that may be set, and their allowed values; an empty tuple allows any value."""

_BCRYPT = re.compile(r"\$2[abxy]?\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_TYPED = ("burst", "http2", "interval", "prefer_server_cipher_suites")
"""The keys whose values are not strings. All other values are taken literally, as in the toolkit:
`X-XSS-Protection: 1`, or a user called 123."""
_VERIFIED = ("VerifyClientCertIfGiven", "RequireAndVerifyClientCert")


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
    burst: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0


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
    """A configuration. files: the contents of its file and of those that it names, by path."""

    web: WebConfig
    pem: Pem
    files: Mapping[str, bytes] = {}

    def is_current(self) -> bool:
        """Return whether all files still have these contents."""
        try:
            return all(read_bytes(path) == content for path, content in self.files.items())
        except ConfigError:
            return False


def load(file: str) -> Loaded:
    """Read and check the file and the files that it names; raises ConfigError."""
    try:
        content = read_bytes(file)
        tree = parse_yaml(decoded(content, file), _TYPED)
        web = convert(_normal(tree), WebConfig, "")
        _check(web)
        _check_client_ca(tree, web.tls_server_config)
        tls, folder = web.tls_server_config, Path(file).parent
        pem = _pem(tls, folder)
        names = (tls.cert_file, tls.key_file, tls.client_ca_file)
        pairs = [(str(folder / name), text) for name, text in zip(names, pem, strict=True) if name]
        return Loaded(web, pem, {**dict(pairs), file: content})
    except ConfigError as error:
        text = str(error)
        raise ConfigError(text if text.startswith(f"{file}: ") else f"{file}: {text}") from None


def _normal(tree: object) -> object:
    """Return the tree without the keys that have no value, which stand for the default.

    Users without a hash are kept, and refused later: dropping the only user would turn off
    authentication. Whitespace around a header or a hash is removed, such as the line break of a
    block literal.
    """
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError("expected a mapping such as tls_server_config: {...}")
    sections = {}
    for key, value in tree.items():
        if isinstance(value, dict) and key == "basic_auth_users":
            sections[key] = {user: _trimmed(digest) for user, digest in value.items()}
        elif isinstance(value, dict):
            inner = {name: value[name] for name in value if value[name] is not None}
            headers = inner.get("headers")
            if isinstance(headers, dict):
                inner["headers"] = {name: _one_line(headers[name]) for name in headers}
            sections[key] = inner
        elif value is not None:
            sections[key] = value
    return sections


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _one_line(value: object) -> object:
    """Return a header's value on one line, as Go sends it; without a value it is not set."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return value.replace("\r", " ").replace("\n", " ").strip()


def _check(web: WebConfig) -> None:
    if web.http_server_config.http2:
        raise ConfigError(
            "http_server_config.http2: HTTP/2 is not supported; remove the key or set it to false"
        )
    for name, value in web.http_server_config.headers.items():
        _check_header(name, value)
    for user, digest in web.basic_auth_users.items():
        if not user or ":" in user or not user.isprintable():
            raise ConfigError(
                f"basic_auth_users: expected a name without a colon, got {quoted(user)}"
            )
        if not _BCRYPT.fullmatch(digest):
            raise ConfigError(
                f"basic_auth_users.{user}: expected the bcrypt hash of the password, as "
                "`htpasswd -nBC 10 NAME` prints it"
            )
    if web.rate_limit.interval and web.rate_limit.burst < 1:
        raise ConfigError(
            "rate_limit.burst: expected 1 or more, because 0 would refuse all requests"
        )


def _check_header(name: str, value: str) -> None:
    path = f"http_server_config.headers.{name}"
    if name not in HEADERS:
        names = ", ".join(HEADERS)
        raise ConfigError(f"{path}: this header cannot be set; expected one of {names}")
    if value and HEADERS[name] and value not in HEADERS[name]:
        raise ConfigError(f"{path}: expected {' or '.join(HEADERS[name])}, got {quoted(value)}")
    if not value.isprintable() or not value.isascii():
        raise ConfigError(f"{path}: expected one line of ASCII characters")


def _check_client_ca(tree: object, tls: TlsServer) -> None:
    """Refuse a client CA without a value, which a broken template may have produced.

    Otherwise the system's CAs would decide which clients are admitted.
    """
    section = tree.get("tls_server_config") if isinstance(tree, dict) else None
    if not isinstance(section, dict) or tls.client_auth_type not in _VERIFIED:
        return
    for key in ("client_ca", "client_ca_file"):
        if key in section and not (tls.client_ca or tls.client_ca_file):
            raise ConfigError(
                f"tls_server_config.{key}: expected a CA; remove the key to trust the system's CAs"
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
            pems[name] = read_bytes(folder / file) if file else inline.encode("utf-8", "replace")
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None
    return Pem(**pems)
