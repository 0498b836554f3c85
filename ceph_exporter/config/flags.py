"""The table of flags, each with its environment variable, and of commands."""

from collections.abc import Sequence
from typing import NamedTuple

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import CEPH_CONF
from ceph_exporter.config.units import Duration, Size
from ceph_exporter.log import FORMATS, LEVELS
from ceph_exporter.sources import APIS, BODY_LIMIT

PORT = 9128


class Flag(NamedTuple):
    """A flag: name, help, default, and how it is given. A repeatable flag's default is a tuple."""

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
    def takes(self) -> str:
        """What a value is called in help and documentation; empty for a switch."""
        if self.default is None or isinstance(self.default, bool):
            return ""
        if self.choices or self.name.endswith(("file", "conf", "keyring")):
            return "|".join(self.choices or ["FILE"])
        return {Duration: "DURATION", int: "NUMBER"}.get(type(self.default), "VALUE")

    @property
    def shown(self) -> str:
        """The default as a person reads it; empty if there is none."""
        if self.default is None:
            return "on" if COLLECTORS[self.name.removeprefix("collector.")].default else "off"
        if isinstance(self.default, bool):
            return ""
        values = self.default if isinstance(self.default, tuple) else (self.default,)
        return ", ".join(map(str, values))


FLAGS = (
    Flag("cluster.url", "URL of Ceph's API, of every mgr; a folder for recording", ()),
    Flag("cluster.api", "API that the URL speaks", "auto", APIS),
    Flag("cluster.username", "User of the API, of the proxy in front of it, or of cephx"),
    Flag("cluster.password-file", "File with the user's password or key"),
    Flag("cluster.ca-file", "CA, or the server's own certificate, to check the server with"),
    Flag("cluster.insecure-skip-verify", "Do not check the server's certificate", False),
    Flag("cluster.ceph-conf", "ceph.conf that names the monitors, for rados", CEPH_CONF),
    Flag("cluster.keyring", "File with the user's key, for rados"),
    Flag(
        "cluster.mon-data", "Data folders of its monitors on this host; * and ? may stand in it", ()
    ),
    Flag("config.file", "YAML file with several clusters instead of --cluster.*"),
    Flag("config.check", "Check the configuration files, say so, and exit", False),
    Flag("demo", "Serve a simulated cluster; no Ceph is needed", False),
    Flag("poll.interval", "Time between two polls of a cluster", Duration(15), group="Polling"),
    Flag("poll.timeout", "Time that one poll may take in all", Duration(10), group="Polling"),
    Flag(
        "poll.stale-after",
        "Age at which data that was not had again leaves the page",
        Duration(60),
        group="Polling",
    ),
    Flag(
        "poll.body-limit",
        "Largest answer that is read, as 64MiB or 1GiB",
        Size(BODY_LIMIT),
        group="Polling",
    ),
    Flag(
        "poll.series-limit",
        "Largest number of series of one collector; families beyond it are left out",
        1_000_000,
        group="Polling",
    ),
    *(
        Flag(f"collector.{name}", collector.help, None, group="Collectors")
        for name, collector in COLLECTORS.items()
    ),
    Flag(
        "collector.perf_counters.include",
        "Regular expression for the counters that are shown, by whole metric names",
        ".*",
        group="Collectors",
    ),
    Flag(
        "collector.perf_counters.exclude",
        "Regular expression for counters that are not shown",
        group="Collectors",
    ),
    Flag(
        "collector.perf_counters.limit",
        "Largest number of series of performance counters",
        50_000,
        group="Collectors",
    ),
    Flag("collector.disable-defaults", "Run only the collectors named", False, group="Collectors"),
    Flag("web.listen-address", "Address to listen on", (f":{PORT}",), group="Web"),
    Flag("web.systemd-socket", "Use the sockets of systemd's unit instead", False, group="Web"),
    Flag("web.config.file", "YAML file with TLS, users, headers and rate limit", group="Web"),
    Flag("web.telemetry-path", "Path of the metrics", "/metrics", group="Web"),
    Flag(
        "web.series-limit",
        "Largest number of series of one page; the largest families beyond it are left out",
        2_000_000,
        group="Web",
    ),
    Flag("nagios", "`check` prints one line for Nagios and the like", False, group="Check"),
    Flag("log.level", "Least severe level to log", "info", LEVELS, "Logging"),
    Flag("log.format", "Shape of a log line", "logfmt", FORMATS, "Logging"),
)
COMMANDS = {
    "serve": "serve /metrics (the default)",
    "once": "poll each cluster once, print the page; exit 1 if a cluster did not answer",
    "check": "say for each cluster what was reached, what is missing and how to mend it",
    "record": "write the documents of the cluster to DIR, for a bug report",
}
