"""A source `rados` whose librados is the module of the tests, with a script of its answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials
from ceph_exporter.sources.rados import Rados

FOLDER = Path(__file__).parent / "librados"
VERSION = [0, '{"version": "ceph version 16.2.15 (abc) pacific (stable)"}', ""]
MGR_DUMP = [0, '{"active_name": "x", "available": true}', ""]
NO_MGR = [0, '{"active_name": "", "available": false}', ""]


class Cluster:
    """A cluster behind librados; `script` contains its answers."""

    def __init__(self, folder: Path) -> None:
        self.conf = folder / "ceph.conf"
        self.conf.write_text("[global]\n")
        self.keyring = folder / "keyring"
        self.keyring.write_text("[client.prom]\n")
        self._script = folder / "script"
        self.python = folder / "python"
        # Drops -I, with which the child would not import the module of the tests.
        self.python.write_text(
            f'#!/bin/sh\nshift\nFAKE_RADOS="{self._script}" PYTHONPATH="{FOLDER}" '
            f'exec "{sys.executable}" -P "$@"\n'
        )
        self.python.chmod(0o755)
        self.credentials = Credentials("prom", keyring=str(self.keyring))
        self.does({})

    def does(self, answers: dict[str, Any]) -> None:
        """Set the answers from now on, by the prefix of the command."""
        self._script.write_text(json.dumps({"version": VERSION, "mgr dump": MGR_DUMP} | answers))

    def open(self) -> Rados:
        """Connect."""
        return Rados(str(self.conf), self.credentials, Deadline(60), [str(self.python)])

    def asked(self) -> list[str]:
        """Return the commands since the last call, as `mon PREFIX`."""
        file = self._script.with_name("asked")
        lines = file.read_text().splitlines() if file.exists() else []
        file.write_text("")
        return [
            f"{line[:3]} {json.loads(line[4:])['prefix']}" if line.startswith("m") else line
            for line in lines
        ]


def failures(answers: list[Answer]) -> dict[str, str]:
    """Return the errors by document."""
    return {one.documents[0]: str(one.error) for one in answers if one.error}
