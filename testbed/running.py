"""Runs the exporter for the duration of a `with` block; shows its log and resources."""

import os
import re
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from testbed.client import Answer, ask
from testbed.exporter import COMMAND
from testbed.process import free_port
from testbed.waiting import until


class ExporterProcess:
    """A running process of the exporter, its port and its log."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        port: int,
        log: Path,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.process, self.port, self.log, self.tls = process, port, log, tls

    def ask(self, path: str, method: str = "GET") -> Answer:
        """Send a request and return the response."""
        return ask(self.port, path, method, tls=self.tls)

    def descriptors(self) -> int:
        """Return the number of open file descriptors."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Return the number of threads."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def said(self) -> str:
        """Return the log."""
        return self.log.read_text()

    def metric(self, name: str) -> str:
        """Return the value of a metric without labels, or "" if it is absent."""
        match = re.search(rf"^{name} (.+)$", self.ask("/metrics").body.decode(), re.MULTILINE)
        return match[1] if match else ""

    def answers(self) -> bool:
        """Return whether the exporter answers requests."""
        try:
            return self.ask("/-/healthy").status == 200
        except OSError:
            return False


@contextmanager
def running(
    folder: Path,
    *flags: str,
    tls: ssl.SSLContext | None = None,
    prefix: tuple[str, ...] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[ExporterProcess]:
    """Run the exporter until the end of the block.

    tls: the context for connections to it, None for plain HTTP; prefix: a command that starts the
    exporter, in which PORT stands for the port; environment: additional variables. Raise
    AssertionError if the exporter fails or logs a traceback.
    """
    port = free_port()
    log = folder / "log"
    address = [] if prefix else [f"--web.listen-address=127.0.0.1:{port}"]
    prefix = tuple(word.replace("PORT", str(port)) for word in prefix)
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            [*prefix, *COMMAND, *address, *flags], stderr=stream, env={**os.environ, **environment}
        ) as process,
    ):
        exporter = ExporterProcess(process, port, log, tls)
        try:
            until(exporter.answers, "answer of the exporter")
            yield exporter
        finally:
            process.terminate()
            process.wait(20)
    assert "Traceback" not in exporter.said()
    assert process.returncode == 0
