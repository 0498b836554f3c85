"""A stand-in for the Grafana server, which Grafana's own front end takes for the real one.

It answers just enough of Grafana's HTTP API for the front end to show dashboard files with data of
a real Prometheus: what is drawn is drawn by Grafana's code. It cannot save, alert or log in.
"""

from __future__ import annotations

import json
import mimetypes
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx

from testbed import grafana_boot as boot
from testbed import grafana_queries as queries

Json = dict[str, Any]

PUBLIC = "CEPH_EXPORTER_GRAFANA_PUBLIC"
"""Environment variable with the folder `public` of an installed or unpacked Grafana 12."""
VERSION = "CEPH_EXPORTER_GRAFANA_VERSION"
"""Environment variable with its version; the front end only shows it."""
_LISTS = r"/api/(?:annotations|user/orgs)"
_OF_SOURCE = rf"/api/datasources/uid/{boot.SOURCE}/resources/(api/v1/.*)"
_MANIFEST = Path("build") / "assets-manifest.json"


def folder() -> Path | None:
    """Return the front end's folder; None if the environment names none."""
    return Path(os.environ[PUBLIC]) if os.environ.get(PUBLIC) else None


def available() -> str | None:
    """Return why the front end cannot be shown, None if it can."""
    if (public := folder()) is None:
        return f"{PUBLIC} is not set"
    if not (public / _MANIFEST).is_file():
        return f"{PUBLIC}: no {_MANIFEST} in {public}"
    return None


class Reply(NamedTuple):
    """The reply to a request."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


class Grafana:
    """A server on the loopback interface that shows the dashboards in a folder.

    public: the front end. dashboards: the folder with the JSON files, read at each request.
    prometheus: the URL of the data source. theme may be replaced.
    """

    def __init__(self, public: Path, dashboards: Path, prometheus: str, port: int = 0) -> None:
        self.public = public.resolve()
        self.theme: boot.Theme = "dark"
        self.version = os.environ.get(VERSION, "12")
        self._dashboards = dashboards
        self._client = httpx.Client(base_url=prometheus, trust_env=False, timeout=30)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.grafana = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()

    def boards(self) -> dict[str, Json]:
        """Return the dashboards by uid."""
        files = sorted(self._dashboards.glob("*.json"))
        return {(board := json.loads(file.read_text()))["uid"]: board for file in files}

    def reply(self, url: str, body: bytes) -> Reply:
        """Return the reply to a request with any method."""
        address = urlsplit(url)
        path = unquote(address.path)
        parameters = parse_qsl(address.query) + parse_qsl(body.decode(errors="replace"))
        for pattern, answer in (
            (r"/public/(.*)", self._file),
            (r"/api/ds/query", lambda: _json(queries.answer(self._client, json.loads(body)))),
            (_OF_SOURCE, lambda part: self._prometheus(part, parameters)),
            (r"/api/dashboards/uid/([^/]+)", self._board),
            (r"/api/search", lambda: _json(self._search())),
            (r"/api/frontend/settings", lambda: _json(boot.settings(self.public, self.version))),
            (r"/apis/.*", lambda: _json({"reason": "NotFound", "code": 404}, 404)),
            (_LISTS, lambda: _json([])),
            (r"/api/.*", lambda: _json({})),
        ):
            if match := re.fullmatch(pattern, path):
                return answer(*match.groups())
        page = boot.page(self.public, self.version, self.theme)
        return Reply(page.encode(), "text/html; charset=utf-8")

    def _file(self, name: str) -> Reply:
        file = (self.public / name).resolve()
        if not (file.is_relative_to(self.public) and file.is_file()):
            return Reply(b"", "text/plain", 404)
        return Reply(file.read_bytes(), mimetypes.guess_type(file)[0] or "application/octet-stream")

    def _prometheus(self, path: str, parameters: list[tuple[str, str]]) -> Reply:
        # Prometheus takes parameters in the URL for each of its resources that is asked for.
        answer = self._client.get(f"/{path}?{urlencode(parameters)}")
        return Reply(answer.content, status=answer.status_code)

    def _board(self, uid: str) -> Reply:
        board = self.boards().get(uid)
        if board is None:
            return _json({"message": "Dashboard not found"}, 404)
        meta = {
            "type": "db",
            "canEdit": False,
            "canSave": False,
            "slug": uid,
            "url": f"/d/{uid}",
            "version": 1,
            "created": "2026-01-01T00:00:00Z",
            "updated": "2026-01-01T00:00:00Z",
            "provisioned": True,
            "folderUid": "",
            "folderTitle": "General",
        }
        # Without refreshes, a test on a busy host can wait until everything is drawn.
        return _json({"dashboard": board | {"refresh": ""}, "meta": meta})

    def _search(self) -> list[Json]:
        return [
            {
                "id": number,
                "uid": uid,
                "title": board["title"],
                "url": f"/d/{uid}",
                "type": "dash-db",
                "tags": board["tags"],
            }
            for number, (uid, board) in enumerate(self.boards().items(), 1)
        ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    grafana: Grafana

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Print the traceback of an error, but nothing if the browser no longer wants the reply."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.grafana.reply(self.path, body)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        # The browser keeps the compiled scripts of files that it may cache.
        cached = self.path.startswith("/public/") and reply.status == 200
        self.send_header("Cache-Control", "max-age=86400" if cached else "no-store")
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Write no access log."""


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


def _json(value: object, status: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), status=status)
