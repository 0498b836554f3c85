"""Runs programs and daemons, and finds free ports for them."""

from __future__ import annotations

import socket
import subprocess
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The programs must not inherit the virtual environment or CEPH_ARGS from whoever runs the tests.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class CephError(RuntimeError):
    """A program failed, or an expected event did not happen in time."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that is currently free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def output_of(*command: str, environment: Mapping[str, str], timeout: float) -> str:
    """Run a program and return its output.

    Raise CephError if the program fails or takes too long. If it fails, the text is its standard
    error.
    """
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


class Service(ABC):
    """A context manager that starts a service and stops it at the end of the block."""

    @abstractmethod
    def start(self) -> None:
        """Start the service and wait until it is ready."""

    @abstractmethod
    def stop(self) -> object:
        """Stop the service, including one that is only partly started."""

    def __enter__(self) -> Self:
        """Start the service; if that fails, stop what is already running."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the service."""
        self.stop()


class Daemon:
    """A server process that runs in the foreground, so its pid never changes.

    The kernel kills the process when the thread that started it ends. No server outlives a killed
    test run.
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
        """Send SIGTERM, then SIGKILL after `patience` seconds; return the exit code."""
        self._process.terminate()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
