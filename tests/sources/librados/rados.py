"""A module `rados` whose cluster is controlled by the file named by FAKE_RADOS.

The file is a JSON object from the prefix of a command, or `connect`, to its answer, or to `hang`,
`abort` or `end`; `mon ` or `mgr ` before a prefix limits it to one of the two ways. The commands
are written to the file `asked` beside it, one per line.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


class Error(OSError):
    """As librados raises it."""


class Rados:
    """A connection to the fake cluster."""

    def __init__(self, name: str, conffile: str, conf: dict[str, str]) -> None:
        self._script = Path(os.environ["FAKE_RADOS"])
        self._opened = name, conffile, sorted(conf), conf["rados_mon_op_timeout"]
        print("librados prints this")  # noqa: T201 - the output must not reach the exporter

    def connect(self) -> None:
        """Connect, or raise the error of the script."""
        error, _, text = self._do("connect", " ".join(map(str, ("connect", *self._opened))))
        if error:
            raise Error(-error, text)

    def mon_command(self, command: str, body: bytes) -> tuple[int, bytes, str]:
        """Answer a command of the monitors."""
        del body
        return self._do(json.loads(command)["prefix"], f"mon {command}")

    def mgr_command(self, command: str, body: bytes) -> tuple[int, bytes, str]:
        """Answer a command of the mgr."""
        del body
        return self._do(json.loads(command)["prefix"], f"mgr {command}")

    def _do(self, what: str, asked: str) -> tuple[int, bytes, str]:
        with self._script.with_name("asked").open("a", encoding="utf-8") as file:
            file.write(f"{asked}\n")
        script = json.loads(self._script.read_text(encoding="utf-8"))
        answer: Any = script.get(f"{asked[:3]} {what}", script.get(what, [0, "{}", ""]))
        if answer == "hang":
            time.sleep(3600)
        if answer == "abort":
            os.abort()
        if answer == "end":
            sys.exit(1)
        error, text, said = answer
        return -error, text.encode(), said
