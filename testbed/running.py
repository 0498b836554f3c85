"""The exporter as a process, for the tests that need it whole."""

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


class Exporter:
    """A running exporter: its process, port, log."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        port: int,
        log: Path,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.process, self.port, self.log, self.tls = process, port, log, tls

    def ask(self, path: str, method: str = "GET") -> Answer:
        """Make a request."""
        return ask(self.port, path, method, tls=self.tls)

    def descriptors(self) -> int:
        """Count the open descriptors."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Count the threads."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def said(self) -> str:
        """Give the log."""
        return self.log.read_text()

    def metric(self, name: str) -> str:
        """Give the value of a metric without labels, nothing while it is not there."""
        found = re.search(rf"^{name} (.+)$", self.ask("/metrics").body.decode(), re.MULTILINE)
        return found[1] if found else ""

    def answers(self) -> bool:
        """Say whether it serves."""
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
) -> Iterator[Exporter]:
    """Run the exporter until the end of the block."""
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
        exporter = Exporter(process, port, log, tls)
        try:
            until(exporter.answers, "answer of the exporter")
            yield exporter
        finally:
            process.terminate()
            process.wait(20)
    assert "Traceback" not in exporter.said()
    assert process.returncode == 0
