"""The configuration: one struct tree, read from YAML or made of flags, validated in one place.

Every error names the file, the path inside it (`clusters.prod.urls[0]`) and what was expected.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.perf_counters import Options as PerfCounterOptions
from ceph_exporter.config.strict_yaml import ConfigError, Strict, convert, parse_yaml, read
from ceph_exporter.config.units import Duration, Size
from ceph_exporter.sources import BODY_LIMIT, Api

CEPH_CONF = "/etc/ceph/ceph.conf"


class Poll(Strict, frozen=True):
    """How often Ceph is asked, how long a poll may take, when old data leaves the page.

    body_limit: the largest answer that is read. series_limit: the largest number of series of one
    collector.
    """

    interval: Duration = Duration(15)
    timeout: Duration = Duration(10)
    stale_after: Duration = Duration(60)
    body_limit: Size = Size(BODY_LIMIT)
    series_limit: int = 1_000_000

    def __post_init__(self) -> None:
        """Refuse a page on which data would be stale before the next poll."""
        if self.stale_after < self.interval:
            raise ValueError("stale_after must not be shorter than interval")


class TlsConfig(Strict, frozen=True):
    """How the certificate of Ceph's API is checked."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


class Cluster(Strict, frozen=True):
    """One cluster: its API, the URLs of it (every mgr's), and the user.

    ceph_conf, keyring: files of librados. mon_data: patterns of the folders on this host in which
    monitors of this cluster keep their data.
    """

    urls: tuple[str, ...] = ()
    api: Api = "auto"
    username: str = ""
    password_file: str = ""
    tls: TlsConfig = TlsConfig()
    collectors: Mapping[str, bool] = {}
    perf_counters: PerfCounterOptions = PerfCounterOptions()
    ceph_conf: str = CEPH_CONF
    keyring: str = ""
    mon_data: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the cluster is found: its URLs, or for rados the file that names its monitors."""
        return (self.ceph_conf,) if self.api == "rados" else self.urls


class Config(Strict, frozen=True):
    """All of it. collectors: which are on by default in every cluster."""

    clusters: Mapping[str, Cluster]
    poll: Poll = Poll()
    collectors: Mapping[str, bool] = {}

    def enabled(self, cluster: Cluster) -> tuple[str, ...]:
        """Give the names of the collectors that run for a cluster."""
        default = {name: collector.default for name, collector in COLLECTORS.items()}
        chosen = {**default, **self.collectors, **cluster.collectors}
        return tuple(name for name in COLLECTORS if chosen[name])


def load(file: str, collectors: Mapping[str, bool], poll: Poll) -> Config:
    """Read a configuration file; raises ConfigError with the file's name.

    collectors, poll: what the flags say, which the file may override.
    """
    text = read(file)
    try:
        return build(parse_yaml(text), collectors, poll)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def dump(config: Config) -> str:
    """Write the configuration as YAML that can be read again, without secrets."""

    def plain(value: object, name: str = "") -> object:
        if isinstance(value, Duration | Size):
            return str(value)
        if isinstance(value, Mapping):
            return {key: plain(inner, key) for key, inner in value.items()}
        if isinstance(value, tuple):
            return [plain(inner, name) for inner in value]
        return "<secret>" if value and _SECRET.search(name) else value

    # The one cluster that flags make has no name, which a file cannot say.
    config = msgspec.structs.replace(
        config, clusters={name or "cluster": value for name, value in config.clusters.items()}
    )
    tree = plain(msgspec.to_builtins(config, builtin_types=(Duration, Size), enc_hook=lambda v: v))
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


# No key holds a secret, they are all read from files; should one ever, it is not shown.
_SECRET = re.compile(r"(password|secret|key|token)$")


def build(tree: object, collectors: Mapping[str, bool], poll: Poll) -> Config:
    """Make a configuration of a YAML tree; raises ConfigError."""
    if not isinstance(tree, dict) or not isinstance(tree.get("clusters"), dict):
        raise ConfigError("clusters: expected a mapping from a cluster's name to its settings")
    unknown = set(tree) - {"clusters", "poll", "collectors"}
    if unknown:
        raise ConfigError(
            f"{min(map(str, unknown))}: unknown key; expected clusters, poll, collectors"
        )
    clusters = {}
    for name, branch in tree["clusters"].items():
        if not isinstance(name, str) or not name:
            raise ConfigError(f"clusters: expected names as text, got {name!r}")
        clusters[name] = convert(branch, Cluster, f"clusters.{name}")
        check_cluster(clusters[name], f"clusters.{name}.")
    if not clusters:
        raise ConfigError("clusters: expected at least one cluster")
    chosen = convert(tree.get("collectors", {}), dict[str, bool], "collectors")
    _check_collectors(chosen, "collectors")
    defaults = {field: getattr(poll, field) for field in poll.__struct_fields__}
    return Config(
        clusters=clusters,
        poll=convert(defaults | _mapping(tree.get("poll", {}), "poll"), Poll, "poll"),
        collectors={**collectors, **chosen},
    )


def check_cluster(cluster: Cluster, path: str) -> None:
    """Check what types cannot say; `path` is put before the field in a ConfigError."""
    if cluster.api == "rados":
        _check_rados(cluster, path)
    elif not cluster.urls:
        raise ConfigError(f"{path}urls: expected at least one URL")
    elif cluster.keyring:
        raise ConfigError(f"{path}keyring: expected only with the API rados")
    for index, url in enumerate(cluster.urls):
        if cluster.api != "recording":
            _check_url(url, f"{path}urls[{index}]")
    if cluster.api in ("restful", "dashboard", "rados") and not cluster.username:
        raise ConfigError(f"{path}username: expected the name of a user, which {cluster.api} needs")
    if cluster.username and not cluster.password_file and cluster.api != "rados":
        raise ConfigError(
            f"{path}password_file: expected the file with {cluster.username}'s secret"
        )
    if cluster.tls.ca_file and not Path(cluster.tls.ca_file).is_file():
        raise ConfigError(f"{path}tls.ca_file: no such file: {cluster.tls.ca_file}")
    _check_folders(cluster.mon_data, f"{path}mon_data")
    _check_collectors(cluster.collectors, f"{path}collectors")


def _check_rados(cluster: Cluster, path: str) -> None:
    if cluster.urls:
        raise ConfigError(f"{path}urls: expected none, as ceph_conf names the monitors")
    if cluster.password_file:
        raise ConfigError(f"{path}password_file: expected none; the user's key is in keyring")


def _check_folders(patterns: tuple[str, ...], path: str) -> None:
    for index, pattern in enumerate(patterns):
        if not pattern.startswith("/"):
            raise ConfigError(
                f"{path}[{index}]: expected a path that begins with /, got {pattern!r}"
            )


def _check_url(url: str, path: str) -> None:
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        raise ConfigError(f"{path}: expected http://HOST:PORT or https://HOST:PORT") from None
    if "@" in parts.netloc:
        raise ConfigError(f"{path}: expected a URL without user and password; see username")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_fits:
        raise ConfigError(f"{path}: expected http://HOST:PORT or https://HOST:PORT, got {url!r}")
    if parts.query or parts.fragment:
        raise ConfigError(f"{path}: expected a URL without ? and #, got {url!r}")


def _check_collectors(chosen: Mapping[str, bool], path: str) -> None:
    for name in chosen:
        if name not in COLLECTORS:
            raise ConfigError(
                f"{path}.{name}: no such collector; there are {', '.join(COLLECTORS)}"
            )


def _mapping(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: expected a mapping")
    return value
