"""Processes of the testbed: programs, daemons, and free ports for them."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Ceph must not see the virtual environment or the CEPH_ARGS of the user who runs the tests.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class CephError(RuntimeError):
    """A program failed, or an awaited event did not happen in time."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def output_of(*command: str, environment: Mapping[str, str], timeout: float) -> str:
    """Run a program; return its output. Raises CephError with its error output if it fails."""
    try:
        done = subprocess.run(
            command,
            env={**ENVIRONMENT, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise CephError(f"{' '.join(command)}: no answer in {timeout:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise CephError(f"{' '.join(command)}: {error.stderr.strip()}") from None
    return done.stdout


class Daemon:
    """A server in the foreground, so that its pid stays the same.

    The kernel kills it when the thread that started it ends, for example because the test run is
    killed.
    """

    def __init__(
        self, *command: str, log: Path, environment: Mapping[str, str] = ENVIRONMENT
    ) -> None:
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def stop(self, patience: float = 15.0) -> int:
        """Stop it with SIGTERM, or with SIGKILL after `patience` seconds; return its exit code."""
        self._process.terminate()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
