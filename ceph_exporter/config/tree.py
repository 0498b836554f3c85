"""The configuration as a tree of structs whose values have been validated."""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypeAlias, get_args

import msgspec

from ceph_exporter.config.strict_yaml import Strict
from ceph_exporter.config.units import Duration, Share, Size

Api: TypeAlias = Literal["auto", "rest-api", "restful", "dashboard", "rados", "recording"]
APIS: tuple[str, ...] = get_args(Api)
"""The values of `api`; `auto` detects the API."""
CEPH_CONF = "/etc/ceph/ceph.conf"
PORT = 9128
COUNT_LIMIT = 10**12
TIMEOUT_LIMIT = 86400
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=COUNT_LIMIT)]


class CollectorSpec(Protocol):
    """What the configuration knows about a collector.

    `ceph_exporter.collectors.Collector` implements it.
    """

    @property
    def name(self) -> str:
        """The name in flags and files."""

    @property
    def help(self) -> str:
        """A description in one line, without a final period."""

    @property
    def default(self) -> bool:
        """Whether the collector is on by default."""

    @property
    def options(self) -> type[msgspec.Struct] | None:
        """A frozen struct of its options, each with a default; None if it has no options."""


Collectors: TypeAlias = Mapping[str, CollectorSpec]
"""All collectors by name."""


class Poll(Strict, frozen=True):
    """How often to poll, and the limits of a poll.

    stale_after: age at which metrics are no longer exported; ceph_share: part of the time that Ceph
    may spend on the requests to one cluster; body_limit: maximum size of an answer
    from Ceph; series_limit: maximum number of series of a collector.
    """

    interval: Duration = Duration(15)
    timeout: Duration = Duration(10)
    stale_after: Duration = Duration(60)
    ceph_share: Share = Share(0.03)
    body_limit: Size = Size(512 << 20)
    series_limit: Count = 1_000_000

    def __post_init__(self) -> None:
        """Refuse a huge timeout, and settings under which data goes stale before the next poll."""
        if self.timeout > TIMEOUT_LIMIT:  # poll(2) accepts at most 24 days
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
    """The settings of a cluster, except the options of its collectors.

    urls: one for each mgr; ceph_conf, keyring: files that librados reads; mon_data: patterns that
    match the data folders of the cluster's monitors on this host; collectors: which
    collectors to switch on (True) or off (False) for this cluster.
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
    """The settings of a cluster. options: the options of each collector that has any."""

    options: Mapping[str, msgspec.Struct] = {}


class Config(Strict, frozen=True):
    """The clusters and how to poll them. collectors: which to switch on or off for all clusters."""

    clusters: Mapping[str, Cluster]
    poll: Poll = Poll()
    collectors: Mapping[str, bool] = {}


class Web(Strict, frozen=True):
    """Where and how to serve. config_file: configures TLS, users, headers and rate limit."""

    listen_address: tuple[str, ...] = (f":{PORT}",)
    systemd_socket: bool = False
    config_file: str = ""
    telemetry_path: str = "/metrics"
    series_limit: Count = 2_000_000


class Log(Strict, frozen=True):
    """What to log, and in which format."""

    level: str = "info"
    format: str = "logfmt"
