"""The table of flags, each with its environment variable, and of commands.

A flag sets the field of its name: --web.listen-address is `Web.listen_address` of the group `web`.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple, get_type_hints

import msgspec

from ceph_exporter.config.tree import APIS, ClusterSettings, Collectors, Log, Poll, Web
from ceph_exporter.config.units import Duration, Size
from ceph_exporter.log import FORMATS, LEVELS


class Toggle(Enum):
    """The default of a flag that can be switched on (--x) and off (--no-x)."""

    ON = "on"
    OFF = "off"


class Flag(NamedTuple):
    """A flag: name, help, default, and how a value is written.

    A repeatable flag's default is a tuple, that of a switch False; choices: the values that it
    accepts, None for any.
    """

    name: str
    help: str
    default: object = ""
    choices: Sequence[str] | None = None
    group: str = "Cluster"

    @property
    def variable(self) -> str:
        """The environment variable that sets it; lists are separated by commas."""
        return "CEPH_EXPORTER_" + self.name.upper().replace(".", "_").replace("-", "_")

    @property
    def section(self) -> str:
        """The first part of the name, which says what it belongs to; empty if there is none."""
        return self.name.rpartition(".")[0].partition(".")[0]

    @property
    def field(self) -> str:
        """The name of the field that it sets, without the section."""
        return self.name.removeprefix(f"{self.section}.").replace("-", "_").replace(".", "_")

    @property
    def takes(self) -> str:
        """What help and documentation call its value; empty for a switch."""
        if isinstance(self.default, Toggle | bool):
            return ""
        if self.choices or self.name.endswith(("file", "conf", "keyring")):
            return "|".join(self.choices or ["FILE"])
        return {Duration: "DURATION", int: "NUMBER", Size: "SIZE"}.get(type(self.default), "VALUE")

    @property
    def shown(self) -> str:
        """The default for a person to read; empty if there is none."""
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
    """Return all flags. collectors: each has a switch, and a flag for each field of its options."""
    return (
        *_cluster_flags(),
        *_poll_flags(),
        *_collector_flags(collectors),
        *_web_flags(),
        Flag("nagios", "Make `check` print one line in the format of Nagios plugins", False,
             group="Check"),
        Flag("log.level", "Lowest severity that is logged", _LOG.level, LEVELS, "Logging"),
        Flag("log.format", "Format of log lines", _LOG.format, FORMATS, "Logging"),
    )  # fmt: skip


def _cluster_flags() -> Iterator[Flag]:
    cluster = _CLUSTER
    yield Flag(
        "cluster.url", "URL of Ceph's API, or folder of a recording; repeat it for each mgr", ()
    )
    yield Flag("cluster.api", "API at the URL; auto finds out by asking", cluster.api, APIS)
    yield Flag(
        "cluster.username",
        "User name for the API or for a proxy in front of it; cephx user for rados",
    )
    yield Flag("cluster.password-file", "File that contains the user's password or API key")
    yield Flag("cluster.ca-file", "CA certificate, or the server's own, to verify the server with")
    yield Flag("cluster.insecure-skip-verify", "Do not verify the server's certificate", False)
    yield Flag("cluster.ceph-conf", "ceph.conf that names the monitors (rados)", cluster.ceph_conf)
    yield Flag("cluster.keyring", "File that contains the user's key (rados)")
    yield Flag(
        "cluster.mon-data", "Data folder of a monitor on this host, with wildcards * and ?", ()
    )
    yield Flag("cluster.rgw-url", "URL of RGW, for its admin API; repeat it for each gateway", ())
    yield Flag("cluster.rgw-access-key-file", "File that contains the access key of a user of RGW")
    yield Flag("cluster.rgw-secret-key-file", "File that contains the secret key of that user")
    yield Flag("config.file", "YAML file that describes one or more clusters")
    yield Flag("config.check", "Check the configuration files, report the result, and exit", False)
    yield Flag("demo", "Serve a simulated cluster instead of a real one", False)


def _poll_flags() -> Iterator[Flag]:
    group = "Polling"
    yield Flag("poll.interval", "Time between two polls", _POLL.interval, group=group)
    yield Flag("poll.timeout", "Time limit of a whole poll", _POLL.timeout, group=group)
    yield Flag(
        "poll.stale-after",
        "Age at which metrics are no longer exported",
        _POLL.stale_after,
        group=group,
    )
    yield Flag(
        "poll.body-limit",
        "Size of the largest answer from Ceph that is read, such as 64MiB or 1GiB",
        _POLL.body_limit,
        group=group,
    )
    yield Flag(
        "poll.series-limit",
        "Maximum number of series of a collector; families beyond it are left out",
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
    """Yield name, help and default of each field; the help is in its `msgspec.Meta`."""
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
        "web.systemd-socket", "Listen on the sockets that systemd passes on", False, group=group
    )
    yield Flag("web.config.file", "YAML file with TLS, users, headers, rate limit", group=group)
    yield Flag("web.telemetry-path", "Path of the metrics", _WEB.telemetry_path, group=group)
    yield Flag(
        "web.series-limit",
        "Maximum number of series on a page; beyond it the largest families are left out",
        _WEB.series_limit,
        group=group,
    )


COMMANDS = {
    "serve": "poll all clusters and serve their metrics (the default)",
    "once": "poll each cluster once and print the metrics; exit 1 if a cluster did not answer",
    "check": "report for each cluster what answered, what is missing and how to fix it",
    "record": "write the answers of the cluster to DIR, for a bug report",
}
