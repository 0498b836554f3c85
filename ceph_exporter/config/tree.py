"""The configuration as one tree of structs; whatever is in it has been validated."""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypeAlias, get_args

import msgspec

from ceph_exporter.config.strict_yaml import Strict
from ceph_exporter.config.units import Duration, Size

Api: TypeAlias = Literal["auto", "rest-api", "restful", "dashboard", "rados", "recording"]
APIS: tuple[str, ...] = get_args(Api)
"""The values of `api`; `auto` finds out by asking."""
CEPH_CONF = "/etc/ceph/ceph.conf"
PORT = 9128
COUNT_LIMIT = 10**12
TIMEOUT_LIMIT = 86400
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=COUNT_LIMIT)]


class CollectorSpec(Protocol):
    """What the configuration knows of a collector; `ceph_exporter.collectors.Collector` fits."""

    @property
    def name(self) -> str:
        """The name in flags and files."""

    @property
    def help(self) -> str:
        """One line without a final period."""

    @property
    def default(self) -> bool:
        """Whether it runs unless it is switched off."""

    @property
    def options(self) -> type[msgspec.Struct] | None:
        """A frozen struct of its settings, all with defaults; None if it has none."""


Collectors: TypeAlias = Mapping[str, CollectorSpec]
"""All collectors by name."""


class Poll(Strict, frozen=True):
    """How often to poll, how long a poll may take, how large it may be.

    stale_after: age at which metrics are no longer exported. body_limit: the largest answer of Ceph
    that is read. series_limit: the largest number of series of one collector.
    """

    interval: Duration = Duration(15)
    timeout: Duration = Duration(10)
    stale_after: Duration = Duration(60)
    body_limit: Size = Size(512 << 20)
    series_limit: Count = 1_000_000

    def __post_init__(self) -> None:
        """Refuse settings with which data would be stale before the next poll, or nobody waits."""
        if self.timeout > TIMEOUT_LIMIT:  # poll(2) takes no more than 24 days
            raise ValueError("timeout must not be longer than 1d")
        if self.stale_after < self.interval:
            raise ValueError("stale_after must not be shorter than interval")


class TlsConfig(Strict, frozen=True):
    """How to verify the certificate of Ceph's API."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


class RgwConfig(Strict, frozen=True):
    """RGW's admin API, beside the API of the cluster. urls: one for each gateway.

    The files contain the keys of its user; the certificate is verified as that of Ceph's API.
    """

    urls: tuple[str, ...] = ()
    access_key_file: str = ""
    secret_key_file: str = ""


class ClusterSettings(Strict, frozen=True):
    """The settings of a cluster that have the same form in every file.

    urls: one for each mgr; ceph_conf and keyring: files of librados; mon_data: patterns of the
    folders on this host in which the cluster's monitors keep their data; collectors: which to
    switch on or off in this cluster.
    """

    urls: tuple[str, ...] = ()
    api: Api = "auto"
    username: str = ""
    password_file: str = ""
    tls: TlsConfig = TlsConfig()
    collectors: Mapping[str, bool] = {}
    ceph_conf: str = CEPH_CONF
    keyring: str = ""
    mon_data: tuple[str, ...] = ()
    rgw: RgwConfig = RgwConfig()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where to find the cluster: its URLs or, for rados, the file that names its monitors."""
        return (self.ceph_conf,) if self.api == "rados" else self.urls


class Cluster(ClusterSettings, frozen=True):
    """One cluster. options: the settings of its collectors, by collector; see `CollectorSpec`."""

    options: Mapping[str, msgspec.Struct] = {}


class Config(Strict, frozen=True):
    """The whole configuration. collectors: which to switch on or off in every cluster."""

    clusters: Mapping[str, Cluster]
    poll: Poll = Poll()
    collectors: Mapping[str, bool] = {}


class Web(Strict, frozen=True):
    """Where and how to serve. config_file: TLS, users, headers and rate limit."""

    listen_address: tuple[str, ...] = (f":{PORT}",)
    systemd_socket: bool = False
    config_file: str = ""
    telemetry_path: str = "/metrics"
    series_limit: Count = 2_000_000


class Log(Strict, frozen=True):
    """What to log, and in which format."""

    level: str = "info"
    format: str = "logfmt"
