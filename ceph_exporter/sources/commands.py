"""The documents as mon commands: one table for all sources that run commands."""

from typing import NamedTuple


class Command(NamedTuple):
    """A mon command by its prefix, its arguments (texts, or lists of texts), and since when it is.

    since: the first release whose monitors know it in this form (src/mon/MonCommands.h, up to 12
    as ceph-rest-api shows it). It is said in the documentation; what a cluster knows is asked.
    """

    prefix: str
    args: tuple[tuple[str, str | list[str]], ...] = ()
    since: str = "0.67"


def _pg_dump(part: str) -> Command:
    return Command("pg dump", (("dumpcontents", [part]),))


# document -> commands that carry it, the best first; the name of the wire is the key or, for the
# others, the prefix. Which release has which is found out by asking.
COMMANDS: dict[str, tuple[Command, ...]] = {
    "health detail": (Command("health", (("detail", "detail"),)),),
    "status": (Command("status"),),
    "quorum_status": (Command("quorum_status"), Command("mon dump")),
    "time-sync-status": (Command("time-sync-status", since="12"),),
    "osd dump": (Command("osd dump"),),
    "df detail": (Command("df", (("detail", "detail"),)),),
    "osd pool stats": (Command("osd pool stats", since="0.80"),),
    "osd perf": (Command("osd perf"),),
    "osd df": (Command("osd df", since="0.94"),),
    "osd tree": (Command("osd tree"),),
    "mgr dump": (Command("mgr dump", since="12"),),
    "fs dump": (Command("fs dump", since="10"), Command("mds dump")),
    "service dump": (Command("service dump", since="12"),),
    "pg states": (_pg_dump("pgs_brief"),),
    "pg dump pools": (_pg_dump("pools"),),
    "version": (Command("version", since="0.94"),),
    "versions": (Command("versions", since="12"),),
    "features": (Command("features", since="12"),),
    "mon metadata": (Command("mon metadata", since="12"),),
    "mgr metadata": (Command("mgr metadata", since="12"),),
    "mds metadata": (Command("mds metadata", since="12"),),
    "osd metadata": (Command("osd metadata", since="10"),),
    "crash ls": (Command("crash ls", since="14"),),
    "device ls": (Command("device ls", since="14"),),
    "balancer status": (Command("balancer status", since="12"),),
}

EARLIER = {"time-sync-status": "0.67"}
"""Documents that another answer carried before there was a command: `health` of 0.67 to 11."""


def wire_format_of(document: str, command: Command) -> str:
    """Give the name under which the command's answer is decoded and recorded."""
    return document if command is COMMANDS[document][0] else command.prefix
