"""The validation that types cannot express; each error names the path of the field."""

import re
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from ceph_exporter.config.strict_yaml import ConfigError, read_bytes
from ceph_exporter.config.tree import ClusterSettings, Collectors
from ceph_exporter.printable import quoted

NO_URL = "expected the name of a file, not a URL"
RESERVED_PATHS = ("/", "/-/healthy", "/-/ready", "/-/reload", "/config", "/probe", "/sd")
"""The paths of the other pages, at which no metrics can be served."""

_NEED_USER = ("restful", "dashboard", "rados")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&()*+,;=:@-]+)+/?")
_NOT_IN_HOST = re.compile(r"[\s,;<>\"'`\\^{|}\x00-\x20\x7f]")
_URL = "expected http://HOST:PORT or https://HOST:PORT"


def check_cluster(cluster: ClusterSettings, path: str, collectors: Collectors) -> None:
    """Raise ConfigError if settings cannot work. path: the prefix of fields in errors."""
    if cluster.api == "rados":
        _check_rados(cluster, path)
    elif not cluster.urls:
        raise ConfigError(f"{path}urls: expected at least one URL")
    elif cluster.keyring:
        raise ConfigError(f"{path}keyring: expected none; only the API rados uses it")
    for index, url in enumerate(cluster.urls):
        if cluster.api != "recording":
            _check_url(url, f"{path}urls[{index}]")
        elif "://" in url or "\0" in url:
            raise ConfigError(f"{path}urls[{index}]: expected the folder of a recording")
    _check_user(cluster, path)
    _check_rgw(cluster, f"{path}rgw.")
    _check_files(cluster, path)
    for index, pattern in enumerate(cluster.mon_data):
        if not pattern.startswith("/") or "\0" in pattern:
            where = f"{path}mon_data[{index}]"
            raise ConfigError(f"{where}: expected a path that begins with /, got {quoted(pattern)}")
    check_collectors(cluster.collectors, f"{path}collectors", collectors)


def check_collectors(chosen: Mapping[str, bool], path: str, collectors: Collectors) -> None:
    """Raise ConfigError if a collector does not exist."""
    for name in chosen:
        if name not in collectors:
            names = ", ".join(collectors)
            raise ConfigError(f"{path}.{name}: no such collector; there are {names}")


def check_telemetry_path(path: str) -> None:
    """Raise ConfigError unless metrics can be served at this path."""
    steps = path.split("/")
    if not _PATH.fullmatch(path) or "." in steps or ".." in steps:
        raise ConfigError(
            "--web.telemetry-path: expected a path such as /metrics, which begins with / and has "
            "neither a query nor characters that a URL encodes"
        )
    if path.rstrip("/") in RESERVED_PATHS:
        raise ConfigError(
            f"--web.telemetry-path: {path} is the path of another page; expected one like /metrics"
        )


def _check_files(cluster: ClusterSettings, path: str) -> None:
    files = {"tls.ca_file": cluster.tls.ca_file or ""}
    files |= {name: getattr(cluster, name) for name in ("password_file", "keyring", "ceph_conf")}
    files |= {
        f"rgw.{name}": getattr(cluster.rgw, name) for name in ("access_key_file", "secret_key_file")
    }
    for name, file in files.items():
        if "://" in file:  # it may contain a password, so the error does not show it
            raise ConfigError(f"{path}{name}: {NO_URL}")
        if "\0" in file:
            raise ConfigError(f"{path}{name}: not a valid file name")
    if cluster.tls.ca_file:
        _check_ca(cluster.tls.ca_file, f"{path}tls.ca_file")


def _check_user(cluster: ClusterSettings, path: str) -> None:
    if cluster.api in _NEED_USER and not cluster.username:
        raise ConfigError(f"{path}username: expected the name of a user, which {cluster.api} needs")
    if cluster.username and not cluster.password_file and cluster.api != "rados":
        raise ConfigError(
            f"{path}password_file: expected the file with {cluster.username}'s secret"
        )


def _check_rados(cluster: ClusterSettings, path: str) -> None:
    if cluster.urls:
        raise ConfigError(f"{path}urls: expected none; ceph_conf names the monitors")
    if cluster.password_file:
        raise ConfigError(f"{path}password_file: expected none; the user's key is in keyring")


def _check_rgw(cluster: ClusterSettings, path: str) -> None:
    rgw = cluster.rgw
    for index, url in enumerate(rgw.urls):
        _check_url(url, f"{path}urls[{index}]")
    if not rgw.urls and (rgw.access_key_file or rgw.secret_key_file):
        raise ConfigError(f"{path}urls: expected the URL of RGW, as there are keys for it")
    for name in ("access_key_file", "secret_key_file"):
        if rgw.urls and not getattr(rgw, name):
            raise ConfigError(f"{path}{name}: expected the file with the key of RGW's user")


def _check_url(url: str, path: str) -> None:
    """Raise ConfigError unless this is one valid URL.

    No error shows the URL, because it may contain a password.
    """
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        parts, has_port = None, False
    if parts and "@" in parts.netloc:
        raise ConfigError(f"{path}: expected a URL without user and password; see username")
    if url.count("://") > 1:
        raise ConfigError(f"{path}: expected one URL; repeat the flag, or list the URLs one by one")
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
        raise ConfigError(f"{path}: {_URL}")
    if _NOT_IN_HOST.search(url.partition("?")[0]) or not url.isprintable():
        raise ConfigError(f"{path}: {_URL}, without blanks, commas or quotes")
    if "?" in url or "#" in url:
        raise ConfigError(f"{path}: expected a URL without ? and #")


def _check_ca(file: str, path: str) -> None:
    try:
        text = read_bytes(file)
    except ConfigError as error:
        what = "no such file: " if "No such file" in str(error) else ""
        raise ConfigError(f"{path}: {what}{file if what else error}") from None
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{path}: {file}: expected certificates in PEM form") from None
