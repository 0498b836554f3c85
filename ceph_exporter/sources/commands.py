"""The documents as mon commands: one table for all sources that run commands."""

from typing import NamedTuple


class Command(NamedTuple):
    """A mon command by its prefix, and its arguments."""

    prefix: str
    args: tuple[tuple[str, str], ...] = ()


# document -> commands that carry it, the best first; the name of the wire is the key or, for the
# others, the prefix. Which release has which is found out by asking.
COMMANDS: dict[str, tuple[Command, ...]] = {
    "health detail": (Command("health", (("detail", "detail"),)),),
    "status": (Command("status"),),
    "quorum_status": (Command("quorum_status"), Command("mon dump")),
    "time-sync-status": (Command("time-sync-status"),),
    "version": (Command("version"),),
}


def wire_name(document: str, command: Command) -> str:
    """Give the name under which the command's answer is decoded and recorded."""
    return document if command is COMMANDS[document][0] else command.prefix
