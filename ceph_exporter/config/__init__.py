"""Turns flags, environment variables and the YAML file into one validated tree of structs.

This package imports neither sources nor collectors. Callers pass a `CollectorSpec` for each
collector.
"""

from ceph_exporter.config.file import dump, load
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.tree import (
    CEPH_CONF,
    Api,
    Cluster,
    CollectorSpec,
    Config,
    Log,
    Poll,
    RgwConfig,
    TlsConfig,
    Web,
)
from ceph_exporter.config.units import Duration, Share, Size

__all__ = [
    "CEPH_CONF",
    "Api",
    "Cluster",
    "CollectorSpec",
    "Config",
    "ConfigError",
    "Duration",
    "Log",
    "Poll",
    "RgwConfig",
    "Share",
    "Size",
    "TlsConfig",
    "Web",
    "dump",
    "load",
]
