"""Ceph's commands as plain data, and a key to sort releases by."""

from typing import Literal, NamedTuple, TypeAlias

Target: TypeAlias = Literal["mon", "mgr"]
Argument: TypeAlias = str | list[str]


class Command(NamedTuple):
    """A command with its prefix and arguments.

    target: the daemons that answer the command in Ceph 12 and later (src/mgr/MgrCommands.h and the
    mgr's modules). In Ceph 11 and earlier, the monitors answer every command.

    since: the first release that has the command in this form (src/mon/MonCommands.h; up to Ceph
    12, the command list of ceph-rest-api). Only the documentation and the simulators use `since`.
    The sources send the command and see whether Ceph accepts it.
    """

    prefix: str
    target: Target
    since: str = "0.67"
    args: tuple[tuple[str, Argument], ...] = ()


def mon(prefix: str, since: str = "0.67", **args: Argument) -> Command:
    """Return a command that the monitors answer."""
    return Command(prefix, "mon", since, tuple(args.items()))


def mgr(prefix: str, since: str = "0.67", **args: Argument) -> Command:
    """Return a command that the active mgr answers in Ceph 12 and later."""
    return Command(prefix, "mgr", since, tuple(args.items()))


def release_key(release: str) -> tuple[int, ...]:
    """Return a key that sorts releases such as "0.94" and "16.2.15"."""
    return tuple(map(int, release.split(".")))
