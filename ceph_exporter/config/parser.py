"""Builds the parser of arguments from the table of flags; parses environment variables."""

import argparse
import difflib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ceph_exporter import __version__
from ceph_exporter.config.flags import COMMANDS, Flag, Toggle
from ceph_exporter.config.tree import COUNT_LIMIT
from ceph_exporter.config.units import Duration, Share, Size
from ceph_exporter.printable import quoted


class _Parser(argparse.ArgumentParser):
    def __init__(self, fail: Callable[[str], NoReturn], **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._fail = fail
        self._arguments: Sequence[str] = ()

    def parse(self, arguments: Sequence[str]) -> dict[str, Any]:
        """Return the value of each flag; report an invalid argument in one line."""
        self._arguments = arguments
        for number, argument in enumerate(arguments, 1):
            if any("\ud800" <= character <= "\udfff" for character in argument):
                self._fail(f"argument {number}: expected text in UTF-8")
        for word in self._flags():
            name = word.partition("=")[0]
            if name not in self._option_string_actions:
                near = difflib.get_close_matches(name[:80], self._option_string_actions, 1)
                hint = f"did you mean {near[0]}? see --help" if near else "see --help"
                # The value is not shown, because it may be a password.
                self._fail(f"unrecognized arguments: {name}; {hint}")
        return vars(self.parse_intermixed_args(arguments))

    def _flags(self) -> list[str]:
        end = list(self._arguments).index("--") if "--" in self._arguments else None
        words = [word for word in self._arguments[:end] if word not in ("-", "--")]
        return [word for word in words if word[:1] == "-" and not word[1:2].isdecimal()]

    def error(self, message: str) -> NoReturn:
        """Report an error in one line, without values that may be secret."""
        for argument in sorted(self._arguments, key=len, reverse=True):
            value = argument.partition("=")[2] if argument.startswith("--") else argument
            if value and quoted(value) != repr(value):
                message = message.replace(repr(value), quoted(value)).replace(value, quoted(value))
        self._fail(message)


def _parsed(type_: type[Duration | Share | Size]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        try:
            return type_.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _count(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 20 or int(text) > COUNT_LIMIT:
        what = f"expected a number from 0 to {COUNT_LIMIT}, got {quoted(text)}"
        raise argparse.ArgumentTypeError(what)
    return int(text)


_TYPES: dict[type, Callable[[str], object]] = {
    Duration: _parsed(Duration),
    Share: _parsed(Share),
    Size: _parsed(Size),
    int: _count,
}


def parser(flags: Sequence[Flag], fail: Callable[[str], NoReturn]) -> _Parser:
    """Return the parser for a table of flags. fail: called with an error in one line."""
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
        "folder",
        nargs="?",
        default="",
        metavar="DIR",
        help="folder in which `record` saves the answers",
    )
    built.add_argument("--version", action="version", version=f"ceph_exporter {__version__}")
    groups: dict[str, Any] = {}
    for flag in flags:
        group = groups.get(flag.group) or built.add_argument_group(flag.group)
        groups[flag.group] = group
        group.add_argument(f"--{flag.name}", dest=flag.name, **_options(flag))
    return built


def _options(flag: Flag) -> dict[str, Any]:
    text = f"{flag.help} (default: {flag.shown})" if flag.shown else flag.help
    options = {
        "help": text.replace("%", "%%"),
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
    """Return the value of a flag from the text of its environment variable.

    Raise ValueError or ArgumentTypeError, with what was expected, if the text is invalid.
    """
    default = flag.default
    if isinstance(default, Toggle | bool):
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"expected true or false, got {quoted(text)}")
        return text.lower() in ("true", "1")
    if type(default) in _TYPES:
        return _TYPES[type(default)](text)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if flag.choices and text not in flag.choices:
        raise ValueError(f"expected one of {', '.join(flag.choices)}, got {quoted(text)}")
    return text
