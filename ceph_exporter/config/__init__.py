"""The configuration: flags, environment and YAML file to one validated tree of structs."""

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.tree import (
    CEPH_CONF,
    Cluster,
    Config,
    Poll,
    TlsConfig,
    check_cluster,
    dump,
    load,
)
from ceph_exporter.config.units import Duration, Size

__all__ = [
    "CEPH_CONF",
    "Cluster",
    "Config",
    "ConfigError",
    "Duration",
    "Poll",
    "Size",
    "TlsConfig",
    "check_cluster",
    "dump",
    "load",
]
