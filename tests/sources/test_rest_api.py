"""ceph-rest-api: its envelope, errors and single thread."""

import json
import threading
import time

import pytest

from ceph_exporter import facts
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Health, TimeSync
from ceph_exporter.simulator import rest_api as simulator
from ceph_exporter.sources import ErrorKind, SourceError
from tests.sources.faulty import Connection, Reply, answering, serve
from tests.sources.via_rest_api import (
    BASE,
    DOCUMENTS,
    FSID,
    HTML,
    NAN,
    ceph,
    envelope,
    failure,
    fetched,
    opened,
    refusal,
)


def test_suffix_header_and_closed_connections_are_requested() -> None:
    """The suffix decides, a proxy may look at the header, and connections are closed."""
    with serve(answering(ceph())) as server, opened(server.url) as source:
        answers = list(source.fetch(DOCUMENTS, Deadline(30)))
    assert [answer.documents for answer in answers] == [(name,) for name in DOCUMENTS]
    assert [answer.wire_format for answer in answers] == list(DOCUMENTS)
    assert server.asked("GET") == [
        f"{BASE}/{path}"
        for path in (
            "fsid.json",
            "health.json?detail=detail",
            "status.json",
            "quorum_status.json",
            "time-sync-status.json",
            "version.json",
        )
    ]
    assert {one.headers["accept"] for one in server.requests} == {"application/json"}
    assert {one.headers["connection"] for one in server.requests} == {"close"}
    assert all("authorization" not in one.headers for one in server.requests)


def test_requests_come_one_at_a_time() -> None:
    """A second request would wait for the first, before 12.1 without a limit."""
    lock, most = threading.Semaphore(1), []

    def behave(connection: Connection) -> None:
        connection.request()
        most.append(lock.acquire(blocking=False))
        connection.server.stopped.wait(0.02)
        body = envelope(FSID).body
        lock.release()  # after the answer the client may send its next request
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        connection.silence()

    with serve(behave) as server, opened(server.url) as source:
        assert len(list(source.fetch(DOCUMENTS, Deadline(30)))) == 5
        assert server.connections == 6
    assert most == [True] * 6


def test_the_simulated_cluster_is_read_whole() -> None:
    """All answers of a ceph-rest-api of 10.2 become facts; clocks are part of health."""
    with simulator.demo() as server, opened(server.url) as source:
        answers = {one.documents[0]: one for one in source.fetch(DOCUMENTS, Deadline(30))}
    kinds = {name: one.error.kind for name, one in answers.items() if one.error}
    assert kinds == {"time-sync-status": ErrorKind.UNSUPPORTED}
    health, clocks = facts.decode("health detail", answers["health detail"].body)
    assert isinstance(health, Health)
    assert isinstance(clocks, TimeSync)
    assert clocks.clocks.keys() == health.reports.keys() == {"a", "b", "c"}


@pytest.mark.parametrize("status", ["OK", "", "dumped all in format json", "report 1236"])
def test_the_status_of_an_envelope_means_nothing(status: str) -> None:
    """`status` is the command's message: only HTTP 200 with an output is success."""
    answers = fetched(ceph(lambda name: envelope([1], status) if name == "status" else None))
    assert (answers["status"].error, answers["status"].body) == (None, b"[1]")


@pytest.mark.parametrize(
    "status",
    [
        f"Invalid endpoint {BASE}/version",
        "missing required parameter id(<string(goodchars [A-Za-z0-9-_.])>)\n",
        "Error: (-22)",
    ],
)
def test_an_unknown_command_is_unsupported(status: str) -> None:
    """A release without the command, or without this form of it, answers 400."""
    error = failure(
        ceph(lambda name: refusal(400, status) if name == "version" else None), "version"
    )
    assert error.kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refusal(400, "\n"), "ceph-rest-api answered 400: no reason"),
        (refusal(504, "Timedout: [] (-4)"), "ceph-rest-api answered 504: Timedout: [] (-4)"),
        (refusal(404, "Page not found"), "ceph-rest-api answered 404: Page not found"),
        (
            Reply(404, b"<html>nginx</html>", HTML),
            "HTTP 404: the answer is HTML, not JSON; check that",
        ),
        (
            Reply(200, b"<html>nginx</html>", HTML),
            "HTTP 200: the answer is HTML, not JSON; check that",
        ),
        (Reply(502, b"<html>nginx</html>", HTML), "HTTP 502: the answer is HTML, not JSON"),
        (
            Reply(200, b"", HTML),
            "HTTP 200: the answer is empty; check that the URL, including its path",
        ),
        (Reply(200, b'{"status": "OK"}'), "the answer has no `output`; check that the URL is"),
    ],
)
def test_an_error_costs_one_document(reply: Reply, expected: str) -> None:
    """An answer without an envelope only makes its own document fail."""
    answers = fetched(ceph(lambda name: reply if name == "status" else None))
    error = answers.pop("status").error
    assert error is not None
    assert error.kind is ErrorKind.FAILED
    assert expected in str(error)
    assert [one.error for one in answers.values()] == [None] * 4


def test_a_command_that_its_key_may_not_run_is_denied() -> None:
    """EACCES is about the rights of ceph-rest-api's own user, which can be granted."""
    error = failure(
        ceph(lambda name: refusal(400, "Error: access\ndenied (-13)") if name == "status" else None)
    )
    assert error.kind is ErrorKind.DENIED
    assert "answered 400: Error: access denied (-13); grant its cephx user" in str(error)


def test_invalid_json_of_the_monitors_is_salvaged() -> None:
    """For a bare nan, ceph-rest-api answers 500 with the monitors' own text after a prefix."""
    wrapped = Reply(500, b"Error decoding JSON from " + NAN)
    answers = fetched(ceph(lambda name: wrapped if name == "health" else None), ["health detail"])
    assert answers["health detail"].body == NAN
    clocks = facts.decode("health detail", answers["health detail"].body)[1]
    assert isinstance(clocks, TimeSync)
    assert (clocks.clocks["a"].skew, clocks.clocks["a"].latency) == (None, 0.5)


def test_the_monmap_replaces_an_unknown_quorum_status() -> None:
    """If `quorum_status` does not exist, `mon dump` is requested, under its own name."""

    def special(command: str) -> Reply | None:
        return refusal(400, "Invalid endpoint x") if command == "quorum_status" else None

    answer = fetched(ceph(special), ["quorum_status"])["quorum_status"]
    assert (answer.wire_format, answer.error) == ("mon dump", None)
    assert json.loads(answer.body) == {"command": "mon/dump"}


def test_the_second_choice_is_not_requested_after_a_failure() -> None:
    """The alternative to a command is not requested if the command exists but fails."""
    asked = []

    def special(command: str) -> Reply | None:
        asked.append(command)
        return refusal(504, "Timedout") if command == "quorum_status" else None

    assert failure(ceph(special), "quorum_status").kind is ErrorKind.FAILED
    assert asked == ["fsid", "quorum_status"]


def test_a_daemon_that_never_answers_ends_at_the_deadline() -> None:
    """Before 12.1 a command without quorum never returns: the request ends at the deadline."""

    def behave(connection: Connection) -> None:
        request = connection.request()
        if request and "fsid" not in request.path:
            connection.silence()
        body = envelope(FSID).body
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with serve(behave) as server, opened(server.url) as source:
        start = time.monotonic()
        with pytest.raises(SourceError, match="no complete answer in time") as caught:
            list(source.fetch(DOCUMENTS, Deadline(0.5)))
        assert time.monotonic() - start < 3
        assert len(server.requests) == 2  # the first one that hangs ends the poll
    assert caught.value.kind is ErrorKind.UNREACHABLE
