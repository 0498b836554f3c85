"""Ceph's commands as plain data, and a key to sort releases by."""

from typing import Literal, NamedTuple, TypeAlias

Target: TypeAlias = Literal["mon", "mgr"]
Argument: TypeAlias = str | list[str]


class Command(NamedTuple):
    """A command with its prefix and arguments.

    target: the daemons that answer the command in Ceph 12 and later (src/mgr/MgrCommands.h and the
    mgr's modules). Up to 11, the monitors answer every command.

    since: the first release that has the command in this form (src/mon/MonCommands.h; up to 12, the
    command list of ceph-rest-api). Only the documentation and the simulators use it. The sources
    send the command and see whether Ceph accepts it.
    """

    prefix: str
    target: Target
    since: str = "0.67"
    args: tuple[tuple[str, Argument], ...] = ()


def mon(prefix: str, since: str = "0.67", **args: Argument) -> Command:
    """Return a command that the monitors answer."""
    return Command(prefix, "mon", since, tuple(args.items()))


def mgr(prefix: str, since: str = "0.67", **args: Argument) -> Command:
    """Return a command that the active mgr answers from Ceph 12 on."""
    return Command(prefix, "mgr", since, tuple(args.items()))


def release_key(release: str) -> tuple[int, ...]:
    """Return the sort key of a release, such as "0.94" or "16.2.15"."""
    return tuple(map(int, release.split(".")))
