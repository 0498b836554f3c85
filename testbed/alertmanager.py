"""A real Alertmanager, as packaged by Debian, and a receiver of its notifications."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import httpx

from testbed.process import ENVIRONMENT, Daemon, Service
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "prometheus-alertmanager"


def available() -> str | None:
    """Return why Alertmanager cannot be started here, or None if it can."""
    program = shutil.which(PROGRAM, path=ENVIRONMENT["PATH"])
    return None if program else f"not installed: {PROGRAM}"


class Message(NamedTuple):
    """An alert in a notification. status: firing or resolved."""

    receiver: str
    status: str
    alert: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Receiver:
    """A webhook on 127.0.0.1 that stores alerts; the path of a request names the receiver."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        """Start the webhook."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the webhook."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, receiver: str, body: bytes) -> None:
        """Store the alerts of a notification."""
        for alert in json.loads(body)["alerts"]:
            labels: dict[str, str] = alert["labels"]
            self.messages.append(
                Message(
                    receiver, alert["status"], labels["alertname"], labels, alert["annotations"]
                )
            )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self.path.strip("/"), body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        return Handler


class Alertmanager(Service):
    """An Alertmanager without peers, on 127.0.0.1, that stores everything in `folder`."""

    def __init__(self, folder: Path, *, port: int, configuration: str) -> None:
        self.target = f"127.0.0.1:{port}"
        self._folder = folder
        self._configuration = configuration
        self._log = folder / "alertmanager.log"
        self._daemon: Daemon | None = None

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        file = self._folder / "alertmanager.yml"
        file.write_text(self._configuration)
        self._daemon = Daemon(
            PROGRAM,
            f"--config.file={file}",
            f"--storage.path={self._folder / 'alertmanager'}",
            f"--web.listen-address={self.target}",
            "--cluster.listen-address=",
            log=self._log,
        )
        wait_until(self._ready, "ready Alertmanager", 30, [self._log])

    def stop(self) -> None:
        """Stop the server."""
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None

    def states(self) -> dict[str, str]:
        """Return the state of each alert by its name: active, or suppressed by another alert."""
        answer = httpx.get(f"http://{self.target}/api/v2/alerts", trust_env=False)
        alerts: list[dict[str, Any]] = answer.raise_for_status().json()
        return {alert["labels"]["alertname"]: alert["status"]["state"] for alert in alerts}

    def _ready(self) -> bool:
        return httpx.get(f"http://{self.target}/-/ready", trust_env=False).is_success
