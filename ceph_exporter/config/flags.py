"""The tables of flags and of commands.

A flag sets the field of the same name: --web.listen-address sets `Web.listen_address`.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple, get_type_hints

import msgspec

from ceph_exporter.config.tree import APIS, ClusterSettings, Collectors, Log, Poll, Web
from ceph_exporter.config.units import Duration, Share, Size
from ceph_exporter.log import FORMATS, LEVELS


class Toggle(Enum):
    """The default of a flag that can be switched on (--x) and off (--no-x)."""

    ON = "on"
    OFF = "off"


class Flag(NamedTuple):
    """A flag of the command line.

    default: also determines the type of the value; it is a tuple if the flag can be repeated, and
    False or a `Toggle` if the flag takes no value; choices: the accepted values, None for any;
    group: its heading in help and documentation.
    """

    name: str
    help: str
    default: object = ""
    choices: Sequence[str] | None = None
    group: str = "Cluster"

    @property
    def variable(self) -> str:
        """The environment variable that sets the flag; commas separate several values."""
        return "CEPH_EXPORTER_" + self.name.upper().replace(".", "_").replace("-", "_")

    @property
    def section(self) -> str:
        """The part of the name before the first dot; empty if there is no dot."""
        return self.name.rpartition(".")[0].partition(".")[0]

    @property
    def field(self) -> str:
        """The name of the field that the flag sets, which is its name without the section."""
        return self.name.removeprefix(f"{self.section}.").replace("-", "_").replace(".", "_")

    @property
    def takes(self) -> str:
        """The placeholder for the value in help and documentation; empty for a switch."""
        if isinstance(self.default, Toggle | bool):
            return ""
        if self.choices or self.name.endswith(("file", "conf", "keyring")):
            return "|".join(self.choices or ["FILE"])
        names = {Duration: "DURATION", int: "NUMBER", Share: "PERCENT", Size: "SIZE"}
        return names.get(type(self.default), "VALUE")

    @property
    def shown(self) -> str:
        """The default in help and documentation; empty if there is none."""
        if isinstance(self.default, Toggle):
            return self.default.value
        if isinstance(self.default, bool):
            return ""
        values = self.default if isinstance(self.default, tuple) else (self.default,)
        return ", ".join(map(str, values))


_CLUSTER = ClusterSettings()
_POLL = Poll()
_WEB = Web()
_LOG = Log()


def table(collectors: Collectors) -> tuple[Flag, ...]:
    """Return all flags, including those that switch a collector or set one of its options."""
    return (
        *_cluster_flags(),
        *_poll_flags(),
        *_collector_flags(collectors),
        *_web_flags(),
        Flag("nagios", "Make `check` print one line in the format of Nagios plugins", False,
             group="Check"),
        Flag("log.level", "Lowest severity to log", _LOG.level, LEVELS, "Logging"),
        Flag("log.format", "Format of log lines", _LOG.format, FORMATS, "Logging"),
    )  # fmt: skip


def _cluster_flags() -> Iterator[Flag]:
    cluster = _CLUSTER
    yield Flag(
        "cluster.url",
        "URL of Ceph's API, or folder of a recording; repeat the flag for each mgr",
        (),
    )
    yield Flag("cluster.api", "API at the URL; auto detects it", cluster.api, APIS)
    yield Flag(
        "cluster.username",
        "User of the API or of a proxy in front of it; for rados, the cephx user",
    )
    yield Flag("cluster.password-file", "File that contains the user's password or API key")
    yield Flag(
        "cluster.ca-file", "CA certificate, or the server's own certificate, to verify the server"
    )
    yield Flag("cluster.insecure-skip-verify", "Do not verify the server's certificate", False)
    yield Flag(
        "cluster.ceph-conf", "ceph.conf that names the monitors (only for rados)", cluster.ceph_conf
    )
    yield Flag("cluster.keyring", "File that contains the user's key (only for rados)")
    yield Flag(
        "cluster.mon-data",
        "Data folder of a monitor on this host; may contain the wildcards * and ?",
        (),
    )
    yield Flag(
        "cluster.rgw-url", "URL of RGW, for its admin API; repeat the flag for each gateway", ()
    )
    yield Flag("cluster.rgw-access-key-file", "File that contains the access key of a user of RGW")
    yield Flag("cluster.rgw-secret-key-file", "File that contains the secret key of that user")
    yield Flag("config.file", "YAML file that describes one or more clusters")
    yield Flag("config.check", "Check the configuration files, report the result, and exit", False)
    yield Flag("demo", "Use two simulated clusters instead of real ones", False)


def _poll_flags() -> Iterator[Flag]:
    group = "Polling"
    yield Flag("poll.interval", "Time between two polls", _POLL.interval, group=group)
    yield Flag("poll.timeout", "Maximum duration of a poll", _POLL.timeout, group=group)
    yield Flag(
        "poll.stale-after",
        "Age beyond which metrics are no longer exported",
        _POLL.stale_after,
        group=group,
    )
    yield Flag(
        "poll.ceph-share",
        "Part of the time that Ceph may spend on the requests to a cluster; costly requests are "
        "made less often",
        _POLL.ceph_share,
        group=group,
    )
    yield Flag(
        "poll.body-limit",
        "Maximum size of an answer from Ceph, such as 64MiB or 1GiB",
        _POLL.body_limit,
        group=group,
    )
    yield Flag(
        "poll.series-limit",
        "Maximum number of series per collector; metrics that would exceed it are left out",
        _POLL.series_limit,
        group=group,
    )


def _collector_flags(collectors: Collectors) -> Iterator[Flag]:
    group = "Collectors"
    for name, spec in collectors.items():
        default = Toggle.ON if spec.default else Toggle.OFF
        yield Flag(f"collector.{name}", spec.help, default, group=group)
    for name, spec in collectors.items():
        for field, text, value in _fields(spec.options):
            flag = f"collector.{name}.{field.replace('_', '-')}"
            yield Flag(flag, text, value, group=group)
    yield Flag(
        "collector.disable-defaults",
        "Run only the collectors that are switched on explicitly",
        False,
        group=group,
    )


def _fields(options: type[msgspec.Struct] | None) -> Iterator[tuple[str, str, object]]:
    """Yield the name, the help (from its `msgspec.Meta`) and the default of each field."""
    if options is None:
        return
    hints = get_type_hints(options, include_extras=True)
    defaults = options()
    for name in options.__struct_fields__:
        yield name, hints[name].__metadata__[0].description, getattr(defaults, name)


def _web_flags() -> Iterator[Flag]:
    group = "Web"
    yield Flag("web.listen-address", "Address to listen on", _WEB.listen_address, group=group)
    yield Flag(
        "web.systemd-socket",
        "Listen on the sockets that systemd passes to the exporter",
        False,
        group=group,
    )
    yield Flag(
        "web.config.file",
        "YAML file that configures TLS, users, headers and the rate limit",
        group=group,
    )
    yield Flag(
        "web.telemetry-path",
        "Path at which the metrics are served",
        _WEB.telemetry_path,
        group=group,
    )
    yield Flag(
        "web.series-limit",
        "Maximum number of series on a page; if it is exceeded, the metrics with the most series "
        "are left out first",
        _WEB.series_limit,
        group=group,
    )


COMMANDS = {
    "serve": "poll all clusters and serve their metrics (the default)",
    "once": "poll each cluster once and print the metrics; exit 1 if a cluster did not answer",
    "check": "poll each cluster once and print its state, what is missing and how to fix it",
    "record": "save the answers of each cluster in DIR, for a bug report",
}
