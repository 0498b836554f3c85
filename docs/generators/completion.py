"""Completion for shells, by shtab from the parser itself."""

import argparse

import shtab

from ceph_exporter.config import command_line


def text(shell: str) -> str:
    """Give the script for a shell, bash or zsh."""
    parser = command_line.parser()
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to them
        if action.metavar == "FILE":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.help == argparse.SUPPRESS:
            action.help = "what to do"
    return str(shtab.complete(parser, shell=shell))
