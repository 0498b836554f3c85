"""Completion scripts for shells, which shtab derives from the parser."""

import argparse

import shtab

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config.command_line import fail
from ceph_exporter.config.flags import table
from ceph_exporter.config.parser import parser as parser_of


def text(shell: str) -> str:
    """Return the script for a shell, bash or zsh."""
    parser = parser_of(table(COLLECTORS), fail)
    for action in parser._actions:  # noqa: SLF001 - argparse has no public access to them
        if action.metavar == "FILE":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.help == argparse.SUPPRESS:
            action.help = "what to do"
    return str(shtab.complete(parser, shell=shell))
