"""The command line and the environment, by the table of flags, to a configuration."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from ceph_exporter import __version__
from ceph_exporter.collectors import COLLECTORS, perf_counters
from ceph_exporter.config import Cluster, Config, Poll, TlsConfig, check_cluster, load
from ceph_exporter.config.flags import COMMANDS, FLAGS, Flag
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.units import Duration, Size


class CommandLine(NamedTuple):
    """What the command line asks for. values: flag name -> value."""

    command: str
    folder: str
    values: Mapping[str, Any]

    def config(self) -> Config:
        """Make the configuration; raises ConfigError that names the flag or the file's path."""
        values = self.values
        try:
            names = [field.replace("_", "-") for field in Poll.__struct_fields__]
            poll = Poll(*(values[f"poll.{name}"] for name in names))
        except ValueError:
            raise ConfigError("--poll.stale-after: expected no less than --poll.interval") from None
        if values["config.file"]:
            if used := [name for name in _CLUSTER if values[name] != _DEFAULTS[name]]:
                raise ConfigError(f"--{used[0]}: not together with --config.file")
            return load(values["config.file"], self._collectors(), poll)
        return Config({"": self._cluster()}, poll, self._collectors())

    def _cluster(self) -> Cluster:
        values = self.values
        cluster = Cluster(
            urls=tuple(values["cluster.url"]),
            api=values["cluster.api"],
            username=values["cluster.username"],
            password_file=values["cluster.password-file"],
            tls=TlsConfig(
                values["cluster.ca-file"] or None, values["cluster.insecure-skip-verify"]
            ),
            perf_counters=self._perf_counters(),
            ceph_conf=values["cluster.ceph-conf"],
            keyring=values["cluster.keyring"],
            mon_data=tuple(values["cluster.mon-data"]),
        )
        if not cluster.addresses:
            raise ConfigError(
                "--cluster.url: expected the URL of Ceph's API (or --config.file, or --demo)"
            )
        try:
            check_cluster(cluster, "")
        except ConfigError as error:
            path, _, text = str(error).partition(": ")
            raise ConfigError(f"{_flag_of(path)}: {text}") from None
        return cluster

    def _perf_counters(self) -> perf_counters.Options:
        try:
            return perf_counters.Options(
                *(self.values[f"collector.perf_counters.{field}"] for field in _PERF_COUNTERS)
            )
        except ValueError as error:
            field, _, text = str(error).partition(": ")
            raise ConfigError(f"--collector.perf_counters.{field}: {text}") from None

    def _collectors(self) -> dict[str, bool]:
        chosen = {name: self.values[f"collector.{name}"] for name in COLLECTORS}
        if self.values["collector.disable-defaults"]:
            return {name: bool(on) for name, on in chosen.items()}
        return {name: on for name, on in chosen.items() if on is not None}


def _flag_of(path: str) -> str:
    """Give the flag that sets a field: --cluster.ca-file for tls.ca_file."""
    field = path.rpartition(".")[2].partition("[")[0]
    return "--cluster." + ("url" if field == "urls" else field.replace("_", "-"))


_PERF_COUNTERS = perf_counters.Options.__struct_fields__
_CLUSTER = [flag.name for flag in FLAGS if flag.name.startswith("cluster.")]
_DEFAULTS: dict[str, object] = {flag.name: flag.default for flag in FLAGS}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong."""
        fail(message)


def fail(message: str) -> NoReturn:
    """End with exit code 2 and one line: bad usage or configuration."""
    sys.stderr.write(f"ceph_exporter: error: {message}\n")
    sys.exit(2)


def _parsed(type_: type[Duration | Size]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        try:
            return type_.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}")
    return int(text)


_TYPES: dict[type, Callable[[str], object]] = {
    Duration: _parsed(Duration),
    Size: _parsed(Size),
    int: _count,
}


def parser() -> argparse.ArgumentParser:
    """Build the parser from the table of flags."""
    commands = "".join(f"  {name:<8} {text}\n" for name, text in COMMANDS.items())
    built = _Parser(
        prog="ceph_exporter",
        usage="ceph_exporter [serve | once | check | record DIR] [FLAG ...]",
        description=f"Prometheus exporter for Ceph.\n\ncommands:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog="Each flag can be set by an environment variable: --cluster.url by "
        f"{FLAGS[0].variable}.",
    )
    built.add_argument(
        "command",
        nargs="?",
        choices=tuple(COMMANDS),
        default="serve",
        metavar="COMMAND",
        help=argparse.SUPPRESS,
    )
    built.add_argument("folder", nargs="?", default="", metavar="DIR", help="folder of `record`")
    built.add_argument("--version", action="version", version=f"ceph_exporter {__version__}")
    groups: dict[str, Any] = {}
    for flag in FLAGS:
        group = groups.get(flag.group) or built.add_argument_group(flag.group)
        groups[flag.group] = group
        group.add_argument(f"--{flag.name}", dest=flag.name, **_options(flag))
    return built


def _options(flag: Flag) -> dict[str, Any]:
    default = flag.default
    options = {
        "help": f"{flag.help} (default: {flag.shown})" if flag.shown else flag.help,
        "default": None,
    }
    if not flag.takes:
        action = argparse.BooleanOptionalAction if default is None else "store_true"
        return {**options, "action": action}
    return {
        **options,
        "choices": flag.choices,
        "type": _TYPES.get(type(default), str),
        "action": "append" if isinstance(default, tuple) else "store",
        "metavar": None if flag.choices else flag.takes,
    }


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> CommandLine:
    """Parse arguments and environment; ends the program with one line when they are wrong."""
    found = vars(parser().parse_intermixed_args(arguments))
    values = {flag.name: _value(flag, found[flag.name], environment) for flag in FLAGS}
    command, folder = found["command"], found["folder"]
    if values["nagios"] and command != "check":
        fail("--nagios: only with the command check")
    if (command == "record") != bool(folder):
        fail(
            "record: expected DIR, the folder to write to"
            if not folder
            else f"unexpected {folder!r}"
        )
    return CommandLine(command, folder, values)


def _value(flag: Flag, given: object, environment: Mapping[str, str]) -> object:
    text = environment.get(flag.variable)
    if given is not None or text is None:
        return flag.default if given is None else given
    try:
        return _of_text(flag, text)
    except ValueError as error:
        fail(f"environment variable {flag.variable}: {error}")


def _of_text(flag: Flag, text: str) -> object:
    default = flag.default
    if default is None or isinstance(default, bool):
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"expected true or false, got {text!r}")
        return text.lower() in ("true", "1")
    if type(default) in _TYPES:
        try:
            return _TYPES[type(default)](text)
        except argparse.ArgumentTypeError as error:
            raise ValueError(str(error)) from None
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if flag.choices and text not in flag.choices:
        raise ValueError(f"expected one of {', '.join(flag.choices)}, got {text!r}")
    return text
