"""Fakes of the mgr modules restful and dashboard, which answer requests.

They answer like Ceph 16.2.15: the same statuses, content types and bodies for the same requests.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.sources.faulty import Reply, Request

HTML = "text/html; charset=utf-8"
SECRET = "hush-hush"  # noqa: S105 - only for the fakes
BASIC = "Basic cHJvbTpodXNoLWh1c2g="
VERSION = "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)"
PAGE = Reply(200, b"<!DOCTYPE html><html><head><title>x</title></head></html>", HTML)
NOT_FOUND = Reply(404, b"<html>\n <head>\n  <title>404 Not Found</title>\n </head></html>", HTML)
TO_ACTIVE = Reply(
    303,
    b'This resource can be found at <a href="https://127.0.0.1:22010/">x</a>.',
    HTML,
    {"Location": "https://127.0.0.1:22010/"},
)
NONE_ACTIVE = Reply(
    200, b"<html><p>No active ceph-mgr instance is currently running the dashboard.</p>", HTML
)


def page(status: int) -> Reply:
    """Return an HTML page."""
    return PAGE._replace(status=status)


def as_json(value: object, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(value).encode())


COMMANDS: Mapping[str, object] = {
    "health": {"status": "HEALTH_OK", "checks": {}, "mutes": []},
    "status": {"fsid": "75397f70", "health": {"status": "HEALTH_OK"}, "osdmap": {"num_osds": 3}},
    "quorum_status": {"quorum": [0], "monmap": {"fsid": "75397f70", "mons": []}},
    "mon dump": {"fsid": "75397f70", "quorum": [0], "mons": []},
    "time-sync-status": {"timechecks": {"epoch": 4}},
    "version": {"version": VERSION},
}


class Restful:
    """The module restful; `held` are the requests that are not deleted.

    outputs: command, with or without its arguments -> its output. looks: how often a request is
    polled until it is finished.
    pending: commands that never finish. single: answer a list of commands with 500 (12, 13).
    """

    def __init__(
        self,
        outputs: Mapping[str, object] = COMMANDS,
        *,
        looks: int = 1,
        pending: tuple[str, ...] = (),
        single: bool = False,
        special: Callable[[Request], Reply | None] = lambda _: None,
    ) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.posted: list[object] = []
        self._outputs = outputs
        self._looks = looks
        self._pending = pending
        self._single = single
        self._special = special

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        if reply := self._special(request):
            return reply
        if request.path == "/":
            return as_json({"api_version": 1, "info": "Ceph Manager RESTful API server"})
        if not request.path.startswith("/request"):
            return NOT_FOUND
        if refused := self._refuse(request.headers.get("authorization", "")):
            return as_json({"message": f"auth: {refused}"}, 401)
        return self._run(request)

    def _run(self, request: Request) -> Reply:
        if request.method == "POST":
            return self._post(json.loads(request.body))
        name = request.path.rpartition("/")[2]
        if name not in self.held:
            return as_json({"message": f'Unknown request id "{name}"'}, 500)
        held = self.held[name]
        if request.method == "DELETE":
            del self.held[name]
        else:
            self._look(held)
        return as_json(held)

    def _refuse(self, header: str) -> str:
        if not header:
            return "No HTTP username/password"
        return "" if header == BASIC else "Incorrect password"

    def _post(self, body: Any) -> Reply:  # noqa: ANN401 - any JSON
        self.posted.append(body)
        if isinstance(body, list) and self._single:
            return as_json({"message": "'list' object has no attribute 'get'"}, 500)
        commands = body[0] if isinstance(body, list) else [body]
        name = f"14007297744{len(self.posted)}"
        rows = [(one["prefix"], self._words(one)) for one in commands]
        held = {"id": name, "running": rows, "looks": self._looks}
        self.held[name] = held
        held |= {"finished": [], "failed": [], "is_finished": False, "has_failed": False}
        self._look(held)
        return as_json(held)

    def _words(self, command: dict[str, str]) -> str:
        # Python 2 and 3 print the arguments in any order.
        words = [f"{key}={value}" for key, value in command.items() if key != "prefix"]
        return " ".join([command["prefix"], *sorted(words, reverse=True)])

    def _look(self, held: dict[str, Any]) -> None:
        held["looks"] -= 1
        if held["looks"] >= 0:
            return
        for prefix, words in list(held["running"]):
            if prefix in self._pending:
                continue
            held["running"].remove((prefix, words))
            row = {"command": words, "outb": "", "outs": "command not known"}
            output = self._outputs.get(words, self._outputs.get(prefix))
            if output is not None:
                row |= {"outb": json.dumps(output) + "\n", "outs": ""}
            # The last command to finish comes first.
            held["failed" if output is None else "finished"].insert(0, row)
        held["is_finished"] = not held["running"]
        held["has_failed"] = bool(held["failed"])


ACCEPT = "application/vnd.ceph.api.v1.0+json"
ENDPOINTS: Mapping[str, object] = {
    "monitor": {"mon_status": COMMANDS["quorum_status"], "in_quorum": [], "out_quorum": []},
    "health/minimal": {"health": {"status": "HEALTH_OK", "checks": [], "mutes": []}},
    "summary": {"health_status": "HEALTH_OK", "version": VERSION},
}


class Dashboard:
    """The module dashboard with one user; `tokens` are those that it accepts.

    special: other answers, by endpoint. prefix: the module's `url_prefix`.
    """

    def __init__(self, special: Mapping[str, Reply] | None = None, *, prefix: str = "") -> None:
        self.special = dict(special or {})
        self.secret = SECRET
        self.tokens: set[str] = set()
        self.logins = 0
        self.asked: list[str] = []
        self.update_required = False
        self._base = f"{prefix}/api/"

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        if not request.path.startswith(self._base):
            return PAGE if request.path == "/" else NOT_FOUND
        endpoint = request.path.removeprefix(self._base)
        self.asked.append(endpoint)
        return self.special.get(endpoint) or self._api(endpoint, request)

    def _api(self, endpoint: str, request: Request) -> Reply:
        if request.headers.get("accept") != ACCEPT:
            return as_json({"detail": "Unable to find version in request header"}, 415)
        if endpoint == "auth" and request.method == "POST":
            return self._log_in(json.loads(request.body))
        # The cookie takes precedence over the header: a client that sends it back is refused.
        token = request.headers.get("cookie") or request.headers.get("authorization", "")
        if token.removeprefix("Bearer ") not in self.tokens:
            return as_json({"detail": "You are not authorized to access that resource"}, 401)
        if endpoint not in ENDPOINTS:
            return as_json({"detail": f"The path '/api/{endpoint}' was not found."}, 404)
        return as_json(ENDPOINTS[endpoint])

    def _log_in(self, body: dict[str, str]) -> Reply:
        self.logins += 1
        if body != {"username": "prom", "password": self.secret}:
            return as_json({"detail": "Invalid credentials", "code": "invalid_credentials"}, 400)
        token = f"token-{self.logins}"
        self.tokens.add(token)
        body = {"token": token, "username": "prom"}
        reply = as_json({**body, "pwdUpdateRequired": self.update_required}, 201)
        return reply._replace(headers={"Set-Cookie": f"token={token}; HttpOnly; Path=/"})
