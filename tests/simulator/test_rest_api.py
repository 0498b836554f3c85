"""The simulated ceph-rest-api answers as the real one does, also to mistakes of clients."""

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from ceph_exporter.simulator.rest_api import CommandError, RestApi, demo
from ceph_exporter.simulator.simulated import names

HTML = "text/html; charset=utf-8"
JSON = "application/json"


class Got(NamedTuple):
    """What a client got."""

    code: int
    content_type: str | None
    body: bytes
    headers: dict[str, str]
    version: int


def ask(
    url: str,
    path: str,
    method: str = "GET",
    accept: str | None = None,
    body: bytes | None = None,
) -> Got:
    """Ask a server once."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path, body, {"Accept": accept} if accept else {})
        response = connection.getresponse()
        return Got(
            response.status,
            response.headers["Content-Type"],
            response.read(),
            dict(response.headers),
            response.version,
        )
    finally:
        connection.close()


def status_of(got: Got) -> object:
    """Return the status of an envelope of a failure."""
    envelope = json.loads(got.body)
    assert envelope["output"] == []
    return envelope["status"]


class Calls(list[tuple[str, dict[str, str]]]):
    """An answer that remembers what it was asked, and knows three commands."""

    def __call__(self, command: str, args: dict[str, str]) -> object | None:
        self.append((command, args))
        answers: dict[str, object] = {
            "health": {"overall_status": "HEALTH_OK"},
            "osd pool stats": [],
            "osd df": b'{"var": nan}',
            "osd ls": b"[0, 1.50]",
            "osd stat": b"",
        }
        return answers.get(command)


@pytest.fixture
def calls() -> Calls:
    """Return the answer of the server at ``url``."""
    return Calls()


@pytest.fixture
def url(calls: Calls) -> Iterator[str]:
    """Start a server and return where it listens."""
    with RestApi(calls) as api:
        yield api.url


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("health.json", None),
        ("health.json", "text/html"),
        ("health.json-pretty", None),
        ("health", "application/json"),
        ("health", "text/html, application/json;q=0.9"),
    ],
)
def test_json_is_answered_in_an_envelope(url: str, path: str, accept: str | None) -> None:
    """The suffix or an Accept header that names JSON brings output and status as JSON."""
    got = ask(url, f"/api/v0.1/{path}", accept=accept)
    assert (got.code, got.content_type) == (200, JSON)
    assert json.loads(got.body) == {"output": {"overall_status": "HEALTH_OK"}, "status": "OK"}


@pytest.mark.parametrize("accept", [None, "*/*", "application/*", "application/xml"])
def test_plain_text_without_a_wish_for_json(url: str, accept: str | None) -> None:
    """Without suffix and without JSON by name in the header there is no envelope."""
    got = ask(url, "/api/v0.1/health", accept=accept)
    assert (got.code, got.content_type) == (200, "text/plain")
    assert json.loads(got.body) == {"overall_status": "HEALTH_OK"}


def test_it_speaks_like_werkzeug(url: str) -> None:
    """The protocol is HTTP/1.0 and the Server header is that of Werkzeug under Python 2."""
    got = ask(url, "/api/v0.1/health.json")
    assert got.version == 10
    assert got.headers["Server"] == "Werkzeug/0.14.1 Python/2.7.16"
    assert got.headers["Content-Length"] == str(len(got.body))


def test_the_connection_is_closed_after_each_answer(url: str) -> None:
    """A client that asks to keep the connection is not listened to."""
    host = urlsplit(url)
    with socket.create_connection((host.hostname, host.port), timeout=10) as client:
        request = b"GET /api/v0.1/health.json HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"
        client.sendall(request * 2)
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 200 ")
    assert answer.count(b"HTTP/1.0") == 1


@pytest.mark.parametrize(
    ("path", "command", "args"),
    [
        ("health.json?detail", "health", {"detail": "detail"}),
        ("health.json?detail=", "health", {"detail": "detail"}),
        ("health.json?detail=detail", "health", {"detail": "detail"}),
        ("health.json?detail=x&more", "health", {"detail": "x", "more": "more"}),
        ("osd/pool/stats", "osd pool stats", {}),
        ("osd/pool/stats.json", "osd pool stats", {}),
        ("tell/osd.0/version.json", "tell osd.0 version", {}),
        ("osd/metadata?id=3", "osd metadata", {"id": "3"}),
        ("he%61lth", "health", {}),
    ],
)
def test_what_the_answer_is_asked(
    url: str, calls: Calls, path: str, command: str, args: dict[str, str]
) -> None:
    """The words of the path are the command, a key without a value is its own value."""
    ask(url, f"/api/v0.1/{path}")
    assert calls == [(command, args)]


def test_invalid_json_of_the_monitor(url: str) -> None:
    """Bytes that are no JSON give 500 with JSON's content type and the text as it is."""
    got = ask(url, "/api/v0.1/osd/df.json")
    assert (got.code, got.content_type) == (500, JSON)
    assert got.body == b'Error decoding JSON from {"var": nan}'


def test_invalid_json_is_no_matter_in_plain_text(url: str) -> None:
    """Plain text is handed through unread."""
    got = ask(url, "/api/v0.1/osd/df")
    assert (got.code, got.body) == (200, b'{"var": nan}')


def test_valid_json_of_the_monitor(url: str) -> None:
    """Bytes that are JSON are decoded and printed again."""
    got = ask(url, "/api/v0.1/osd/ls.json")
    assert (got.code, got.body) == (200, b'{"output": [0, 1.5], "status": "OK"}')


def test_no_output_is_an_empty_list(url: str) -> None:
    """A monitor that prints nothing gives an empty list in the envelope."""
    assert ask(url, "/api/v0.1/osd/stat.json").body == b'{"output": [], "status": "OK"}'


def test_unknown_command_as_json(url: str) -> None:
    """An unknown command is 400, an envelope under the content type of HTML, without suffix."""
    got = ask(url, "/api/v0.1/nope/x.json?a=b")
    assert (got.code, got.content_type) == (400, HTML)
    assert status_of(got) == "Invalid endpoint /api/v0.1/nope/x"


@pytest.mark.parametrize("path", ["nope", "nope/", "df"])
def test_unknown_command_as_text(url: str, path: str) -> None:
    """An unknown command is answered with a line of text, also one that Ceph knows."""
    got = ask(url, f"/api/v0.1/{path}")
    assert (got.code, got.content_type) == (400, HTML)
    assert got.body == f"\nInvalid endpoint /api/v0.1/{path}\n".encode()


@pytest.mark.parametrize(
    ("path", "offered", "not_offered"),
    [
        ("", "pg dump", None),
        ("/", "pg dump", None),
        ("/osd", "osd pool stats", "pg dump"),
        ("/osd/pool", "osd pool stats", "osd df"),
        ("/health/", "health", "osd df"),
    ],
)
def test_help_for_the_beginning_of_a_command(
    url: str, path: str, offered: str, not_offered: str | None
) -> None:
    """The base, a part of a path and a slash at the end are 400 and an HTML table of commands."""
    got = ask(url, f"/api/v0.1{path}", accept=JSON)
    assert (got.code, got.content_type) == (400, HTML)
    assert got.body.startswith(b"<html>")
    assert f"<td>{offered}</td>".encode() in got.body
    assert not_offered is None or f"<td>{not_offered}</td>".encode() not in got.body


def test_a_slash_at_the_end_runs_nothing(url: str, calls: Calls) -> None:
    """A path that ends in a slash is no command."""
    assert ask(url, "/api/v0.1/health/").code == 400
    assert calls == []


@pytest.mark.parametrize("path", ["/api", "/api/v0.2/health", "/api/v0.10", "/health"])
def test_outside_the_base(url: str, calls: Calls, path: str) -> None:
    """What is outside the base path is 404, in the same two forms as other failures."""
    got = ask(url, path)
    assert (got.code, got.content_type, got.body) == (404, HTML, b"\nPage not found\n")
    assert status_of(ask(url, f"{path}.json")) == "Page not found"
    assert calls == []


def test_the_root_leads_to_the_base(url: str) -> None:
    """The root redirects to the base path of the same host."""
    got = ask(url, "/")
    assert (got.code, got.headers["Location"]) == (302, f"{url}/api/v0.1")


def test_another_base() -> None:
    """The base path can be another one, and the URL is without it."""
    with RestApi(Calls(), base="/ceph") as api:
        assert urlsplit(api.url).path == ""
        assert ask(api.url, "/ceph/health.json").code == 200
        assert ask(api.url, "/api/v0.1/health.json").code == 404


def test_put_on_a_command_that_is_read(url: str, calls: Calls) -> None:
    """PUT on a GET command is 400 with nothing but a line end to say, and runs nothing."""
    got = ask(url, "/api/v0.1/health.json", "PUT", body=b"x" * 10_000)
    assert (got.code, got.content_type) == (400, HTML)
    assert status_of(got) == "\n"
    assert calls == []


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(url: str, calls: Calls, method: str) -> None:
    """Any other method is 405 with HTML, wherever it points and whatever body it has."""
    for path in ("/api/v0.1/health.json", "/elsewhere"):
        got = ask(url, path, method, body=b"x" * 100_000)
        assert (got.code, got.content_type) == (405, HTML)
        assert got.headers["Allow"] == "GET, PUT"
        assert got.body.startswith(b"<html>")
    assert calls == []


def test_head(url: str, calls: Calls) -> None:
    """HEAD is 400, whatever the man page says, and has no body."""
    host = urlsplit(url)
    with socket.create_connection((host.hostname, host.port), timeout=10) as client:
        client.sendall(b"HEAD /api/v0.1/health.json HTTP/1.0\r\n\r\n")
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b"\r\n\r\n")
    assert calls == []


def test_an_answer_can_refuse() -> None:
    """A CommandError of the answer is 400 with its text as status."""

    def refuse(command: str, _args: dict[str, str]) -> object:
        raise CommandError(f"Error: no {command} (-22)")

    with RestApi(refuse) as api:
        got = ask(api.url, "/api/v0.1/health.json")
        assert (got.code, got.content_type) == (400, HTML)
        assert status_of(got) == "Error: no health (-22)"
        assert ask(api.url, "/api/v0.1/health").body == b"\nError: no health (-22)\n"


def test_an_answer_can_drop_the_connection(capfd: pytest.CaptureFixture[str]) -> None:
    """An OSError of the answer closes the connection without a byte and without a word."""
    reasons: list[Exception] = [ConnectionResetError()]

    def drop_first(_command: str, _args: dict[str, str]) -> object:
        if reasons:
            raise reasons.pop()
        return {}

    with RestApi(drop_first) as api:
        with pytest.raises(RemoteDisconnected):
            ask(api.url, "/api/v0.1/health.json")
        assert ask(api.url, "/api/v0.1/health.json").code == 200
    assert capfd.readouterr() == ("", "")


def test_a_mistake_in_an_answer_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    """Any other exception closes the connection too, but its trace is printed."""

    def broken(_command: str, _args: dict[str, str]) -> object:
        raise KeyError("no such pool")

    with RestApi(broken) as api, pytest.raises(RemoteDisconnected):
        ask(api.url, "/api/v0.1/health.json")
    assert "KeyError: 'no such pool'" in capfd.readouterr().err


def test_there_is_no_access_log(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither success nor failure nor nonsense is logged."""
    assert ask(url, "/api/v0.1/health.json").code == 200
    assert ask(url, "/api/v0.1/nope").code == 400
    assert ask(url, "/", "BREW").code == 501
    assert capfd.readouterr() == ("", "")


def test_a_silent_client_cannot_hang_it(calls: Calls) -> None:
    """A client that connects and sends nothing is cut off, and the next one is answered."""
    with RestApi(calls, client_timeout=0.05) as api:
        host = urlsplit(api.url)
        with socket.create_connection((host.hostname, host.port), timeout=10) as silent:
            assert ask(api.url, "/api/v0.1/health.json").code == 200
            assert silent.recv(1) == b""


def test_all_requests_are_answered_by_one_thread() -> None:
    """Clients that come at the same time are answered one after the other, and each of them is."""
    threads: list[threading.Thread] = []
    codes: list[int] = []

    def answer(_command: str, _args: dict[str, str]) -> object:
        threads.append(threading.current_thread())
        return {}

    with RestApi(answer) as api:
        clients = [
            threading.Thread(target=lambda: codes.append(ask(api.url, "/api/v0.1/health").code))
            for _ in range(20)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    assert codes == [200] * 20
    assert len(threads) == 20
    assert len(set(threads)) == 1
    assert threads[0].daemon
    assert threads[0] is not threading.current_thread()


def test_closing_refuses_clients() -> None:
    """A closed server refuses connections, ends its thread, and may be closed again."""
    api = RestApi(Calls())
    api.start()
    assert ask(api.url, "/api/v0.1/health").code == 200
    api.close()
    api.close()
    with pytest.raises(ConnectionRefusedError):
        ask(api.url, "/api/v0.1/health")
    assert "ceph-simulator" not in [thread.name for thread in threading.enumerate()]


def test_closing_what_never_started() -> None:
    """A server that was never started gives its port back."""
    api = RestApi(Calls())
    port = urlsplit(api.url).port or 0
    api.close()
    with RestApi(Calls(), port=port) as again:
        assert again.url == f"http://127.0.0.1:{port}"
        assert ask(again.url, "/api/v0.1/health").code == 200


class Age:
    """An age that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def output(api: RestApi, path: str) -> dict[str, object]:
    """Return the output of a command of the demo."""
    got = ask(api.url, f"/api/v0.1/{path}")
    assert got.code == 200
    answer: dict[str, object] = json.loads(got.body)["output"]
    return answer


def test_the_demo_lives_by_its_age() -> None:
    """The demo's cluster begins healthy, and loses an OSD after two minutes."""
    age = Age()
    with demo(age) as api:
        assert output(api, "health.json")["overall_status"] == "HEALTH_OK"
        age.now = 121
        health = output(api, "health.json")
        detail = output(api, "health.json?detail")
    assert health["overall_status"] == "HEALTH_WARN"
    assert health["detail"] == []
    assert detail["summary"] == health["summary"]
    assert len(str(detail["detail"])) > 1000


def test_the_demo_by_the_clock_of_the_system() -> None:
    """Without an age of its own the demo begins when it is made."""
    with demo() as api:
        assert output(api, "health.json")["overall_status"] == "HEALTH_OK"
        assert len(str(output(api, "fsid.json")["fsid"])) == 36


@pytest.mark.parametrize("name", names("rest-api"))
def test_the_demo_knows_its_commands(name: str) -> None:
    """Each command of the table is available over HTTP, as JSON and as text."""
    paths = {
        "health detail": "health{}?detail",
        "df detail": "df{}?detail",
        "pg states": "pg/dump{}?dumpcontents=pgs_brief",
        "pg dump pools": "pg/dump{}?dumpcontents=pools",
    }
    path = paths.get(name, name.replace(" ", "/") + "{}")
    with demo(Age()) as api:
        found = output(api, path.format(".json"))
        assert found
        assert json.loads(ask(api.url, f"/api/v0.1/{path.format('')}").body) == found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("mgr/dump.json", "Invalid endpoint /api/v0.1/mgr/dump"),
        ("health/detail.json", "Invalid endpoint /api/v0.1/health/detail"),
        ("pg/dump.json", "\n"),
        ("health.json?detail=x", "x not in detail\n"),
        ("health.json?detail&x", "unused arguments: ['x']\n"),
        ("status.json?x", "\n"),
    ],
)
def test_the_demo_refuses_what_it_does_not_know(path: str, status: str) -> None:
    """Unknown commands, values and parameters are 400 with the words of ceph-rest-api."""
    with demo(Age()) as api:
        got = ask(api.url, f"/api/v0.1/{path}")
        assert got.code == 400
        assert status_of(got) == status
