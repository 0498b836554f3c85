"""Reads the configuration file into the tree of structs, and writes the tree as YAML.

Every error names the file, the path inside it (`clusters.prod.urls[0]`) and what was expected.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
import yaml

from ceph_exporter.config.checks import check_cluster, check_collectors
from ceph_exporter.config.strict_yaml import ConfigError, convert, parse_yaml, read
from ceph_exporter.config.tree import Cluster, ClusterSettings, Collectors, Config, Poll
from ceph_exporter.config.units import Duration, Share, Size

Options: TypeAlias = Mapping[str, msgspec.Struct]
"""The options of collectors, by collector."""
NO_OPTIONS: Options = MappingProxyType({})
_KEYS = ("clusters", "poll", "collectors")
# Secrets are in files of their own, so no key holds one. If one ever does, it is not shown.
_SECRET = re.compile(r"(password|secret|key|token)$")


def load(
    file: str,
    collectors: Collectors,
    chosen: Mapping[str, bool],
    poll: Poll,
    options: Options = NO_OPTIONS,
) -> Config:
    """Read a configuration file; raise ConfigError with the file's name.

    chosen, poll, options: settings from flags, which the file may override.
    """
    text = read(file)
    try:
        return build(parse_yaml(text), collectors, chosen, poll, options)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def build(
    tree: object,
    collectors: Collectors,
    chosen: Mapping[str, bool],
    poll: Poll,
    options: Options = NO_OPTIONS,
) -> Config:
    """Return the configuration of a YAML tree; arguments and errors as for `load`."""
    if not isinstance(tree, dict) or not isinstance(tree.get("clusters"), dict):
        raise ConfigError("clusters: expected a mapping from a cluster's name to its settings")
    if unknown := set(tree).difference(_KEYS):
        raise ConfigError(f"{min(map(str, unknown))}: unknown key; expected {', '.join(_KEYS)}")
    clusters = {}
    for name, branch in tree["clusters"].items():
        if not isinstance(name, str) or not name:
            raise ConfigError(f"clusters: expected a text as a cluster's name, got {name!r}")
        clusters[name] = _cluster(branch, f"clusters.{name}", collectors, options)
    if not clusters:
        raise ConfigError("clusters: expected at least one cluster")
    own = convert(tree.get("collectors", {}), dict[str, bool], "collectors")
    check_collectors(own, "collectors", collectors)
    defaults = msgspec.structs.asdict(poll)
    return Config(
        clusters=clusters,
        poll=convert(defaults | _mapping(tree.get("poll", {}), "poll"), Poll, "poll"),
        collectors={**chosen, **own},
    )


def _cluster(branch: object, path: str, collectors: Collectors, defaults: Options) -> Cluster:
    """Return a cluster; the options of a collector are in a section with its name."""
    sections: dict[str, object] = {}
    if isinstance(branch, dict):
        sections = {key: branch[key] for key in branch if _has_options(key, collectors)}
        branch = {key: value for key, value in branch.items() if key not in sections}
    settings = convert(branch, ClusterSettings, path)
    check_cluster(settings, f"{path}.", collectors)
    options = {
        name: convert(
            _over(defaults.get(name), sections.get(name, {})), spec.options, f"{path}.{name}"
        )
        for name, spec in collectors.items()
        if spec.options
    }
    return Cluster(**msgspec.structs.asdict(settings), options=options)


def _over(defaults: msgspec.Struct | None, section: object) -> object:
    """Return a section with the defaults of the fields that it does not set."""
    if defaults is None or not isinstance(section, dict):
        return section
    return msgspec.structs.asdict(defaults) | section


def _has_options(key: object, collectors: Collectors) -> bool:
    return isinstance(key, str) and key in collectors and collectors[key].options is not None


def _mapping(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: expected a mapping")
    return value


def dump(config: Config) -> str:
    """Return the configuration as YAML that `load` accepts, without secrets."""
    # A cluster that flags describe has no name, but in a file each cluster needs one.
    tree = {
        "clusters": {
            name or "cluster": _settings(cluster) for name, cluster in config.clusters.items()
        },
        "poll": msgspec.structs.asdict(config.poll),
        "collectors": config.collectors,
    }
    return yaml.safe_dump(_plain(tree), sort_keys=False, allow_unicode=True)


def _settings(cluster: Cluster) -> dict[str, object]:
    """Return the settings of a cluster as they are written in a file."""
    settings = msgspec.structs.asdict(cluster)
    options = settings.pop("options")
    return {**settings, **options}


def _plain(value: object, name: str = "") -> object:
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Duration | Share | Size):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner, key) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner, name) for inner in value]
    return "<secret>" if value and _SECRET.search(name) else value
