"""What the types of the configuration cannot express; each error names the field's path."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.tree import ClusterSettings, Collectors

_NEED_USER = ("restful", "dashboard", "rados")


def check_cluster(cluster: ClusterSettings, path: str, collectors: Collectors) -> None:
    """Raise ConfigError for settings that cannot work. path: what to put before a field."""
    if cluster.api == "rados":
        _check_rados(cluster, path)
    elif not cluster.urls:
        raise ConfigError(f"{path}urls: expected at least one URL")
    elif cluster.keyring:
        raise ConfigError(f"{path}keyring: expected only with the API rados")
    for index, url in enumerate(cluster.urls):
        if cluster.api != "recording":
            _check_url(url, f"{path}urls[{index}]")
    _check_user(cluster, path)
    if cluster.tls.ca_file and not Path(cluster.tls.ca_file).is_file():
        raise ConfigError(f"{path}tls.ca_file: no such file: {cluster.tls.ca_file}")
    for index, pattern in enumerate(cluster.mon_data):
        if not pattern.startswith("/"):
            where = f"{path}mon_data[{index}]"
            raise ConfigError(f"{where}: expected a path that begins with /, got {pattern!r}")
    check_collectors(cluster.collectors, f"{path}collectors", collectors)


def check_collectors(chosen: Mapping[str, bool], path: str, collectors: Collectors) -> None:
    """Raise ConfigError for a collector that does not exist."""
    for name in chosen:
        if name not in collectors:
            names = ", ".join(collectors)
            raise ConfigError(f"{path}.{name}: no such collector; there are {names}")


def _check_user(cluster: ClusterSettings, path: str) -> None:
    if cluster.api in _NEED_USER and not cluster.username:
        raise ConfigError(f"{path}username: expected the name of a user, which {cluster.api} needs")
    if cluster.username and not cluster.password_file and cluster.api != "rados":
        raise ConfigError(
            f"{path}password_file: expected the file with {cluster.username}'s secret"
        )


def _check_rados(cluster: ClusterSettings, path: str) -> None:
    if cluster.urls:
        raise ConfigError(f"{path}urls: expected none, as ceph_conf names the monitors")
    if cluster.password_file:
        raise ConfigError(f"{path}password_file: expected none; the user's key is in keyring")


def _check_url(url: str, path: str) -> None:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        raise ConfigError(f"{path}: expected http://HOST:PORT or https://HOST:PORT") from None
    if "@" in parts.netloc:
        raise ConfigError(f"{path}: expected a URL without user and password; see username")
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
        raise ConfigError(f"{path}: expected http://HOST:PORT or https://HOST:PORT, got {url!r}")
    if parts.query or parts.fragment:
        raise ConfigError(f"{path}: expected a URL without ? and #, got {url!r}")
