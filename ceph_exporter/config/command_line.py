"""Turns the command line and the environment into structs, and these into a configuration."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, TypeAlias

import msgspec

from ceph_exporter.config.checks import NO_URL, check_cluster, check_telemetry_path
from ceph_exporter.config.file import load
from ceph_exporter.config.flags import Flag, Toggle, table
from ceph_exporter.config.parser import parser, value_of
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.tree import (
    CEPH_CONF,
    Api,
    Cluster,
    ClusterSettings,
    Collectors,
    Config,
    Log,
    Poll,
    RgwConfig,
    TlsConfig,
    Web,
)
from ceph_exporter.config.units import Duration, Share, Size
from ceph_exporter.printable import escape_text, mask_secrets, quoted

Fail: TypeAlias = Callable[[str], NoReturn]
"""Reports a usage error and ends the program."""
_OFF = ("", "0", "false")


class ClusterFlags(msgspec.Struct, frozen=True):
    """The flags --cluster.*, not yet validated."""

    url: tuple[str, ...] = ()
    api: Api = "auto"
    username: str = ""
    password_file: str = ""
    ca_file: str = ""
    insecure_skip_verify: bool = False
    ceph_conf: str = CEPH_CONF
    keyring: str = ""
    mon_data: tuple[str, ...] = ()
    rgw_url: tuple[str, ...] = ()
    rgw_access_key_file: str = ""
    rgw_secret_key_file: str = ""


class PollFlags(msgspec.Struct, frozen=True):
    """The flags --poll.*, not yet validated."""

    interval: Duration
    timeout: Duration
    stale_after: Duration
    body_limit: Size
    ceph_share: Share
    series_limit: int


class CollectorFlags(msgspec.Struct, frozen=True):
    """The flags --collector.*.

    chosen: the collectors that a flag switches on (True) or off (False); options: by collector, the
    value of each of its options.
    """

    chosen: Mapping[str, bool]
    disable_defaults: bool
    options: Mapping[str, Mapping[str, object]]


class CommandLine(msgspec.Struct, frozen=True):
    """The command line and the environment, parsed.

    folder: for `record` only, else empty; simulated: the clusters of the demo by name, which
    replace `cluster`.
    """

    command: str
    folder: str
    config_file: str
    config_check: bool
    demo: bool
    nagios: bool
    cluster: ClusterFlags
    poll: PollFlags
    collectors: CollectorFlags
    web: Web
    log: Log
    simulated: Mapping[str, ClusterFlags] = {}

    def config(self, collectors: Collectors) -> Config:
        """Return the configuration; if it is invalid, raise ConfigError with the flag or field."""
        try:
            poll = Poll(**msgspec.structs.asdict(self.poll))
        except ValueError as error:
            if "timeout" in str(error):
                raise ConfigError("--poll.timeout: expected at most 1d") from None
            raise ConfigError("--poll.stale-after: expected no less than --poll.interval") from None
        chosen = self.collectors.chosen
        if self.collectors.disable_defaults:
            chosen = {**dict.fromkeys(collectors, False), **chosen}
        if self.config_file:
            defaults = msgspec.structs.asdict(ClusterFlags())
            for field, value in msgspec.structs.asdict(self.cluster).items():
                if value != defaults[field]:
                    flag = field.replace("_", "-")
                    raise ConfigError(f"--cluster.{flag}: cannot be combined with --config.file")
            return load(self.config_file, collectors, chosen, poll, self._options(collectors))
        named = self.simulated or {"": self.cluster}
        clusters = {name: self._cluster(flags, collectors) for name, flags in named.items()}
        return Config(clusters, poll, chosen)

    def _cluster(self, flags: ClusterFlags, collectors: Collectors) -> Cluster:
        settings = ClusterSettings(
            urls=flags.url,
            api=flags.api,
            username=flags.username,
            password_file=flags.password_file,
            tls=TlsConfig(flags.ca_file or None, flags.insecure_skip_verify),
            ceph_conf=flags.ceph_conf,
            keyring=flags.keyring,
            mon_data=flags.mon_data,
            rgw=RgwConfig(flags.rgw_url, flags.rgw_access_key_file, flags.rgw_secret_key_file),
        )
        if not settings.addresses:
            raise ConfigError(
                "--cluster.url: expected the URL of Ceph's API (or --config.file, or --demo)"
            )
        try:
            check_cluster(settings, "", collectors)
        except ConfigError as error:
            path, _, text = str(error).partition(": ")
            raise ConfigError(f"{_flag_of(path)}: {text}") from None
        options = self._options(collectors)
        return Cluster(**msgspec.structs.asdict(settings), options=options)

    def _options(self, collectors: Collectors) -> dict[str, msgspec.Struct]:
        options = {}
        for name, spec in collectors.items():
            if spec.options is None:
                continue
            try:
                options[name] = spec.options(**self.collectors.options[name])
            except ValueError as error:
                field, _, text = str(error).partition(": ")
                raise ConfigError(f"--collector.{name}.{field}: {text}") from None
        return options


def _flag_of(path: str) -> str:
    """Return the flag that sets a field, such as --cluster.ca-file for tls.ca_file."""
    section, _, name = path.rpartition(".")
    field = name.partition("[")[0]
    prefix = "--cluster.rgw-" if section == "rgw" else "--cluster."
    return prefix + ("url" if field == "urls" else field.replace("_", "-"))


def fail(message: str) -> NoReturn:
    """Report a usage error or an invalid configuration in one line, and exit with code 2."""
    sys.stderr.write(f"ceph_exporter: error: {escape_text(mask_secrets(message))}\n")
    sys.exit(2)


def wants_nagios(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether to report errors as a Nagios plugin does; the arguments may be invalid."""
    variable = environment.get("CEPH_EXPORTER_NAGIOS", "").lower()
    return "check" in arguments and ("--nagios" in arguments or variable not in _OFF)


def parse(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    collectors: Collectors,
    fail: Fail = fail,
) -> CommandLine:
    """Parse the arguments and the environment. fail: called if they are invalid."""
    flags = table(collectors)
    parsed = parser(flags, fail).parse(arguments)
    values = {flag: _value(flag, parsed[flag.name], environment, fail) for flag in flags}
    command, folder = parsed["command"], parsed["folder"]
    groups: dict[str, dict[str, object]] = {}
    for flag, value in values.items():
        if flag.takes == "FILE" and "://" in str(value):
            fail(f"--{flag.name}: {NO_URL}")
        if flag.section != "collector":
            groups.setdefault(flag.section, {})[flag.field] = value
    line = CommandLine(
        command=command,
        folder=folder,
        config_file=str(groups["config"]["file"]),
        config_check=bool(groups["config"]["check"]),
        cluster=msgspec.convert(groups["cluster"], ClusterFlags),
        poll=_struct(groups["poll"], PollFlags),
        collectors=_collectors(values, collectors),
        web=msgspec.convert(groups["web"], Web),
        log=msgspec.convert(groups["log"], Log),
        demo=bool(groups[""]["demo"]),
        nagios=bool(groups[""]["nagios"]),
    )
    _check(line, fail)
    return line


def _struct(values: Mapping[str, object], type_: type[PollFlags]) -> PollFlags:
    """Return a struct with these values, which already have the right types."""
    return type_(**values)  # type: ignore[arg-type]


def _collectors(values: Mapping[Flag, object], collectors: Collectors) -> CollectorFlags:
    by_name = {flag.name: value for flag, value in values.items()}
    chosen = {name: by_name[f"collector.{name}"] for name in collectors}
    return CollectorFlags(
        chosen={name: bool(on) for name, on in chosen.items() if not isinstance(on, Toggle)},
        disable_defaults=bool(by_name["collector.disable-defaults"]),
        options={
            name: {
                field: by_name[f"collector.{name}.{field.replace('_', '-')}"]
                for field in spec.options.__struct_fields__
            }
            for name, spec in collectors.items()
            if spec.options
        },
    )


def _check(line: CommandLine, fail: Fail) -> None:
    if line.demo and line.config_file:
        fail(
            "--demo: cannot be combined with --config.file, because the simulated clusters replace "
            "all others"
        )
    try:
        check_telemetry_path(line.web.telemetry_path)
    except ConfigError as error:
        fail(str(error))
    if line.nagios and line.command != "check":
        fail("--nagios: can be used only with the command check")
    if line.command == "record" and not line.folder:
        fail("record: expected DIR, the folder to write to")
    if line.command != "record" and line.folder:
        fail(f"unexpected {quoted(line.folder)}")


def _value(flag: Flag, argument: object, environment: Mapping[str, str], fail: Fail) -> object:
    text = environment.get(flag.variable)
    if argument is not None or text is None:
        return flag.default if argument is None else argument
    if any("\ud800" <= character <= "\udfff" for character in text):
        fail(f"environment variable {flag.variable}: expected text in UTF-8")
    try:
        return value_of(flag, text)
    except (ValueError, argparse.ArgumentTypeError) as error:
        fail(f"environment variable {flag.variable}: {error}")
