"""A real zsh on a terminal, and what it offers when a person presses the tabulator."""

from __future__ import annotations

import os
import pty
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from testbed.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

# Completion functions add matches with compadd. Those that match are written to a file too, and
# the key ^X writes the line that is typed and empties it.
_SETTINGS = r"""
fpath=({functions} $fpath)
autoload -Uz compinit
compinit -u -D
ceph_exporter() {{ : }}
compadd() {{
  if [[ ${{@[1,(i)(-|--)]}} != *-(O|A|D)\ * ]]; then
    local -a __matches
    builtin compadd -A __matches "$@"
    print -rl -- "match ${{^__matches[@]}}" >> {output}
  fi
  builtin compadd "$@"
}}
typed() {{ print -r -- "typed $BUFFER" >> {output}; BUFFER="" }}
zle -N typed
bindkey '^X' typed
bindkey '^I' complete-word
setopt no_beep no_auto_list no_list_ambiguous
print ready >> {output}
"""


class Zsh:
    """An interactive zsh with the completion functions of a folder. home: an empty folder."""

    def __init__(self, functions: Path, home: Path) -> None:
        self._output = home / "output"
        self._output.touch()
        settings = _SETTINGS.format(functions=functions, output=self._output)
        (home / ".zshrc").write_text(settings)
        self._terminal, other = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "ZDOTDIR": str(home)}
        self._process = subprocess.Popen(
            ["zsh", "-d", "-i"],
            stdin=other,
            stdout=other,
            stderr=other,
            env=environment,
            cwd=home,
            start_new_session=True,
        )
        os.close(other)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._screen = b""

    def __enter__(self) -> Self:
        """Wait until it has read its settings."""
        self._reader.start()
        until(lambda: "ready\n" in self._output.read_text(), "ready zsh")
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait(10)
        self._reader.join(10)
        os.close(self._terminal)

    def complete(self, line: str) -> tuple[set[str], str]:
        """Return the matches after this line and the tabulator, and what the line is then."""
        before = self._output.stat().st_size
        os.write(self._terminal, f"{line}\t\x18".encode())

        def lines() -> list[str]:
            return self._output.read_text()[before:].splitlines()

        until(lambda: any(line.startswith("typed ") for line in lines()), f"completion of {line}")
        words = [line.partition(" ")[::2] for line in lines()]
        matches = {text for kind, text in words if kind == "match" and text}
        return matches, next(text for kind, text in words if kind == "typed")

    def _read(self) -> None:
        """Read what it displays, or it would block."""
        with suppress(OSError):  # it has ended
            while part := os.read(self._terminal, 65536):
                self._screen += part
