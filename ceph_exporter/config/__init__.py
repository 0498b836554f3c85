"""The configuration: flags, environment and YAML file to one validated tree of structs.

This package knows neither sources nor collectors; what it has to know of the collectors is passed
in as `CollectorSpec`s.
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
from ceph_exporter.config.units import Duration, Size

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
    "Size",
    "TlsConfig",
    "Web",
    "dump",
    "load",
]
