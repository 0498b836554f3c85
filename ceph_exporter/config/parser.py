"""From the table of flags to a parser of arguments, and of environment variables."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ceph_exporter import __version__
from ceph_exporter.config.flags import COMMANDS, Flag, Toggle
from ceph_exporter.config.units import Duration, Size


class _Parser(argparse.ArgumentParser):
    def __init__(self, fail: Callable[[str], NoReturn], **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._fail = fail

    def error(self, message: str) -> NoReturn:
        """Report in one line what is wrong."""
        self._fail(message)


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


def parser(flags: Sequence[Flag], fail: Callable[[str], NoReturn]) -> argparse.ArgumentParser:
    """Return the parser of a table of flags. fail: called with what is wrong, in one line."""
    commands = "".join(f"  {name:<8} {text}\n" for name, text in COMMANDS.items())
    built = _Parser(
        fail,
        prog="ceph_exporter",
        usage="ceph_exporter [serve | once | check | record DIR] [FLAG ...]",
        description=f"Prometheus exporter for Ceph.\n\ncommands:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog="Each flag can also be set by an environment variable, for example --cluster.url by "
        f"{flags[0].variable}.",
    )
    built.add_argument(
        "command",
        nargs="?",
        choices=tuple(COMMANDS),
        default="serve",
        metavar="COMMAND",
        help=argparse.SUPPRESS,
    )
    built.add_argument(
        "folder", nargs="?", default="", metavar="DIR", help="folder that `record` writes to"
    )
    built.add_argument("--version", action="version", version=f"ceph_exporter {__version__}")
    groups: dict[str, Any] = {}
    for flag in flags:
        group = groups.get(flag.group) or built.add_argument_group(flag.group)
        groups[flag.group] = group
        group.add_argument(f"--{flag.name}", dest=flag.name, **_options(flag))
    return built


def _options(flag: Flag) -> dict[str, Any]:
    options = {
        "help": f"{flag.help} (default: {flag.shown})" if flag.shown else flag.help,
        "default": None,
    }
    if not flag.takes:
        toggle = isinstance(flag.default, Toggle)
        return {**options, "action": argparse.BooleanOptionalAction if toggle else "store_true"}
    return {
        **options,
        "choices": flag.choices,
        "type": _TYPES.get(type(flag.default), str),
        "action": "append" if isinstance(flag.default, tuple) else "store",
        "metavar": None if flag.choices else flag.takes,
    }


def value_of(flag: Flag, text: str) -> object:
    """Return the value of a flag that an environment variable sets.

    Raise ValueError or ArgumentTypeError that says what was expected.
    """
    default = flag.default
    if isinstance(default, Toggle | bool):
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"expected true or false, got {text!r}")
        return text.lower() in ("true", "1")
    if type(default) in _TYPES:
        return _TYPES[type(default)](text)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if flag.choices and text not in flag.choices:
        raise ValueError(f"expected one of {', '.join(flag.choices)}, got {text!r}")
    return text
