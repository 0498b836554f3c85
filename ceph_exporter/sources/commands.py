"""The documents as mon commands: one table for all sources that run commands."""

from typing import NamedTuple


class Command(NamedTuple):
    """A mon command by its prefix, and its arguments: texts, or lists of texts."""

    prefix: str
    args: tuple[tuple[str, str | list[str]], ...] = ()


def _pg_dump(part: str) -> Command:
    return Command("pg dump", (("dumpcontents", [part]),))


# document -> commands that carry it, the best first; the name of the wire is the key or, for the
# others, the prefix. Which release has which is found out by asking.
COMMANDS: dict[str, tuple[Command, ...]] = {
    "health detail": (Command("health", (("detail", "detail"),)),),
    "status": (Command("status"),),
    "quorum_status": (Command("quorum_status"), Command("mon dump")),
    "time-sync-status": (Command("time-sync-status"),),
    "osd dump": (Command("osd dump"),),
    "df detail": (Command("df", (("detail", "detail"),)),),
    "osd pool stats": (Command("osd pool stats"),),
    "osd perf": (Command("osd perf"),),
    "osd df": (Command("osd df"),),
    "osd tree": (Command("osd tree"),),
    "mgr dump": (Command("mgr dump"),),
    "fs dump": (Command("fs dump"), Command("mds dump")),
    "service dump": (Command("service dump"),),
    "pg states": (_pg_dump("pgs_brief"),),
    "pg dump pools": (_pg_dump("pools"),),
    "version": (Command("version"),),
    "versions": (Command("versions"),),
    "features": (Command("features"),),
    "mon metadata": (Command("mon metadata"),),
    "mgr metadata": (Command("mgr metadata"),),
    "mds metadata": (Command("mds metadata"),),
    "osd metadata": (Command("osd metadata"),),
    "crash ls": (Command("crash ls"),),
    "device ls": (Command("device ls"),),
    "balancer status": (Command("balancer status"),),
}


def wire_name(document: str, command: Command) -> str:
    """Give the name under which the command's answer is decoded and recorded."""
    return document if command is COMMANDS[document][0] else command.prefix
