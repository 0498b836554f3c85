"""The stand-in for the mgr module restful, and what serves it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DOCUMENTS
from ceph_exporter.simulator import Server, Simulated, serve
from ceph_exporter.simulator.restful import Restful
from ceph_exporter.sources import Credentials, ErrorKind, Tls, connect
from tests.simulator.pages import simulated


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve a healthy cluster."""
    with serve(simulated(0.0, ()), "restful") as made:
        yield made


def ask(server: Server, method: str, path: str, body: object = None) -> tuple[int, object]:
    """Ask once; give the status, and the JSON if it is some."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        text = response.read()
        is_json = response.headers["Content-Type"] == "application/json"
        return response.status, json.loads(text) if is_json else text
    finally:
        connection.close()


def test_the_exporter_finds_it_and_gets_all_documents(server: Server) -> None:
    """The API is detected; each document except the PGs' is received, and no request is left."""
    source = connect("auto", server.url, Tls(), Credentials(), Deadline(60))
    answers = {answer.documents[0]: answer for answer in source.fetch(DOCUMENTS, Deadline(60))}
    source.close()
    assert source.api == "restful"
    refused = {name for name, answer in answers.items() if answer.error}
    assert refused == {"pg states", "pg dump pools"}
    # Only other APIs have these.
    beside = {"log last", "mon store", "rgw buckets", "rgw users", "rgw usage", "rbd images"}
    beside |= {"cephfs clients"}
    assert answers.keys() == DOCUMENTS.keys() - beside
    for name in refused:
        error = answers[name].error
        assert error is not None
        assert error.kind is ErrorKind.DENIED
    assert isinstance(server, Restful)
    assert server.requests == {}


def test_a_request_is_kept_until_it_is_deleted(server: Server) -> None:
    """It can be looked at as often as one likes, and is gone once it is deleted."""
    status, posted = ask(server, "POST", "/request", {"prefix": "version", "format": "json"})
    assert status == 200
    assert isinstance(posted, dict)
    assert posted["finished"][0]["command"] == "version format=json"
    assert json.loads(posted["finished"][0]["outb"])["version"].startswith("ceph version 18.2.7")
    path = f"/request/{posted['id']}"
    assert ask(server, "GET", path) == (200, posted)
    assert ask(server, "DELETE", path) == (200, posted)
    for method in ("GET", "DELETE"):
        assert ask(server, method, path) == (500, {"message": "No such request id"})


@pytest.mark.parametrize(
    ("command", "outs"),
    [
        ({"prefix": "no-such"}, "command not known"),
        ({"prefix": "health detail"}, "command not known"),
        ({"prefix": "status", "x": "y"}, "Invalid command: unused arguments: ('x',)"),
        ({"prefix": "pg dump"}, "access denied: does your client key have mgr caps?"),
    ],
)
def test_a_command_that_fails_leaves_the_others(
    server: Server, command: dict[str, str], outs: str
) -> None:
    """A failed command is listed apart with what is wrong."""
    status, posted = ask(server, "POST", "/request", [[command, {"prefix": "version"}]])
    assert status == 200
    assert isinstance(posted, dict)
    assert [row["outs"] for row in posted["failed"]] == [outs]
    assert len(posted["finished"]) == 1
    assert posted["has_failed"]
    assert posted["state"] == "failed"


@pytest.mark.parametrize("body", ["nonsense", [{"prefix": "status"}], {"format": "json"}])
def test_what_is_no_request_is_refused(server: Server, body: object) -> None:
    """A flat list, a command without a prefix and what is no command at all are 500."""
    assert ask(server, "POST", "/request", body)[0] == 500


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nope"), ("PUT", "/request"), ("GET", "/request")]
)
def test_other_endpoints_are_not_there(server: Server, method: str, path: str) -> None:
    """What is not imitated is not found."""
    assert ask(server, method, path)[0] == 404


def test_a_port_of_ones_own() -> None:
    """The port may be given; each API is served by its own server."""
    with serve(Simulated(), "rest-api") as first:
        port = urlsplit(first.url).port or 0
        assert ask(first, "GET", "/api/v0.1/fsid.json")[0] == 200
    with serve(Simulated(), "restful", port) as second:
        assert ask(second, "GET", "/")[0] == 200


def test_it_can_be_served_for_a_benchmark() -> None:
    """As a program it prints where it listens, serves, and ends by a signal."""
    command = [sys.executable, "-m", "ceph_exporter.simulator", "--osds", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        source = connect("restful", url, Tls(), Credentials(), Deadline(60))
        (answer,) = source.fetch(["osd dump"], Deadline(60))
        source.close()
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert len(json.loads(answer.body)["osds"]) == 20


def test_ten_thousand_osds_fit_through_the_exporter() -> None:
    """All documents of a large cluster fit into one poll and into the limit of a body."""
    with serve(simulated(200.0, osds=10_000), "restful") as made:
        source = connect("restful", made.url, Tls(), Credentials(), Deadline(300))
        wanted = [name for name in DOCUMENTS if name not in ("pg states", "perf counters")]
        answers = {answer.documents[0]: answer for answer in source.fetch(wanted, Deadline(300))}
        source.close()
    assert len(json.loads(answers["osd dump"].body)["osds"]) == 10_000
    assert {name for name, answer in answers.items() if answer.error} == {"pg dump pools"}
