"""A Chromium without a window, driven over the pipe of its DevTools protocol."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from testbed.process import ENVIRONMENT, CephError
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

PROGRAM = "chromium"
# Chromium refuses to run as root with its sandbox. It opens pages of the loopback interface only.
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)
# Chromium reads commands from descriptor 3 and writes answers to 4.
_WITH_PIPES = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
_FIRST_FREE = 10  # so that neither end of a pipe is descriptor 3 or 4 already
_PATIENCE = 300.0


def available() -> str | None:
    """Return why no Chromium can be started here, None if one can."""
    if shutil.which(PROGRAM, path=ENVIRONMENT["PATH"]) is None:
        return f"not installed: {PROGRAM}"
    return None


class Chromium:
    """A running browser that writes its profile and its log into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ids = count(1)
        self._read = self._write = -1
        self._unread = b""
        self._events: list[Json] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        commands, self._write = _pipe()
        self._read, answers = _pipe()
        with (self.folder / "chromium.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),
                    *("bash", "-c", _WITH_PIPES, "chromium", str(commands), str(answers)),
                    *(PROGRAM, *_FLAGS, f"--user-data-dir={self.folder / 'profile'}"),
                ],
                env={**ENVIRONMENT, "HOME": str(self.folder), "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(commands, answers),
            )
        os.close(commands)
        os.close(answers)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def page(self, width: int, height: int) -> Page:
        """Open an empty page of this size in pixels."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        return page

    def call(self, method: str, session: str = "", **parameters: object) -> Json:
        """Return the result of a command. Raises CephError if it fails or nothing answers."""
        number = next(self._ids)
        command: Json = {"id": number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE
        while (message := self._next(deadline)).get("id") != number:
            self._events.append(message)
        if "error" in message:
            raise CephError(f"{method}: {message['error']['message']}")
        result: Json = message["result"]
        return result

    def events(self, session: str, method: str) -> list[Json]:
        """Return the parameters of all events of this kind so far, and forget the events."""
        wanted = [
            event
            for event in self._events
            if (event.get("sessionId"), event["method"]) == (session, method)
        ]
        self._events = [event for event in self._events if event not in wanted]
        return [event["params"] for event in wanted]

    def _next(self, deadline: float) -> Json:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._read], [], [], max(0, deadline - time.monotonic()))
            read = os.read(self._read, 1 << 20) if ready else b""
            if not read:
                raise CephError(f"{PROGRAM} is silent; see {self.folder / 'chromium.log'}")
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\0")
        message: Json = json.loads(line)
        return message


class Page:
    """A tab of the browser."""

    def __init__(self, chromium: Chromium, session: str) -> None:
        self._chromium = chromium
        self._session = session

    def call(self, method: str, **parameters: object) -> Json:
        """Return the result of a command about this page."""
        return self._chromium.call(method, self._session, **parameters)

    def resize(self, width: int, height: int) -> None:
        """Show the page in this size in pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)

    def close(self) -> None:
        """Close the page."""
        self.call("Page.close")

    def before_each_document(self, script: str) -> None:
        """Run a script in every document before the document's own scripts."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, url: str) -> None:
        """Start to load a URL. Raises CephError if that fails at once."""
        if failure := self.call("Page.navigate", url=url).get("errorText"):
            raise CephError(f"{url}: {failure}")

    def run(self, expression: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the value of an expression in JavaScript. Raises CephError with its exception."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise CephError(str(answer["exceptionDetails"].get("exception", {}).get("description")))
        return answer["result"].get("value")

    def wait_for(self, expression: str, what: str, timeout: float = _PATIENCE) -> Any:  # noqa: ANN401
        """Poll until an expression has a value that counts as true; return the value."""
        last: list[Any] = []

        def holds() -> bool:
            last[:] = [self.run(expression)]
            return bool(last[0])

        wait_until(holds, what, timeout)
        return last[0]

    def exceptions(self) -> list[str]:
        """Return the exceptions that the page's scripts did not catch since the last call."""
        thrown = self._chromium.events(self._session, "Runtime.exceptionThrown")
        details = [event["exceptionDetails"] for event in thrown]
        return [one.get("exception", {}).get("description") or one["text"] for one in details]

    def picture(self, file: Path, width: int, height: int, scale: float = 1) -> None:
        """Write the upper left part of the page to a PNG file, smaller if `scale` is below 1."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
        answer = self.call("Page.captureScreenshot", format="png", clip=clip)
        file.write_bytes(base64.b64decode(answer["data"]))


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    ends = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for end in (read, write))
    os.close(read)
    os.close(write)
    return ends[0], ends[1]
