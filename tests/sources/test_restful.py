"""The mgr module restful: requests are posted, polled and always deleted."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from tests.sources.fakes import BASIC, COMMANDS, Restful, as_json, page
from tests.sources.faulty import Reply, Request, answering, serve
from tests.sources.via_restful import ALL, PREFIXES, failed, fetched, opened


@pytest.mark.parametrize("looks", [0, 1, 4])
def test_one_request_runs_all_commands(credentials: Credentials, looks: int) -> None:
    """All commands are posted together, and polled until they are finished."""
    fake = Restful(looks=looks)
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = list(source.fetch(ALL, Deadline(30)))
    assert fake.held == {}
    methods = [one.method for one in server.requests]
    assert methods == ["POST", *["GET"] * looks, "DELETE"]
    # With `wait` in the query, a command that hangs would block the module for all clients.
    assert server.asked("POST") == ["/request"]
    assert {one.headers["authorization"] for one in server.requests} == {BASIC}
    assert fake.posted == [
        [
            [
                {"prefix": "health", "detail": "detail", "format": "json"},
                *({"prefix": prefix, "format": "json"} for prefix in PREFIXES[1:]),
            ]
        ]
    ]
    assert [answer.wire_format for answer in answers] == list(ALL)
    assert all(facts.decode(answer.wire_format, answer.body) for answer in answers)


def test_outputs_are_matched_by_their_commands(credentials: Credentials) -> None:
    """Results are in any order, and so are a command's arguments; `outb` is JSON inside JSON."""
    answers = fetched(Restful(), credentials)
    assert [json.loads(answers[name].body) for name in ALL] == [
        COMMANDS[prefix] for prefix in PREFIXES
    ]


def test_no_document_wanted_is_no_request(credentials: Credentials) -> None:
    """If nothing is due, nothing is requested."""
    fake = Restful()
    assert fetched(fake, credentials, ()) == {}
    assert fake.posted == []


def test_one_unknown_command_leaves_the_others(credentials: Credentials) -> None:
    """has_failed is about one command: it is unsupported, the others are available."""
    outputs = {name: output for name, output in COMMANDS.items() if name != "time-sync-status"}
    answers = fetched(Restful(outputs), credentials)
    error = answers.pop("time-sync-status").error
    assert error is not None
    assert error.kind is ErrorKind.UNSUPPORTED
    assert str(error) == "Ceph refused the command 'time-sync-status': command not known"
    assert [answer.error for answer in answers.values()] == [None] * 4


def test_commands_of_one_name_are_distinguished_by_their_arguments(
    credentials: Credentials,
) -> None:
    """Each part of `pg dump` is requested separately and gets its own result."""
    parts = {f"pg dump format=json dumpcontents=['{one}']": one for one in ("pools", "pgs_brief")}
    answers = fetched(Restful(parts), credentials, ("pg dump pools", "pg states"))
    assert json.loads(answers["pg dump pools"].body) == "pools"
    assert json.loads(answers["pg states"].body) == "pgs_brief"


def test_a_command_that_fails_otherwise_is_requested_again_soon(credentials: Credentials) -> None:
    """A command that is neither unknown nor forbidden has only failed this time."""

    def special(request: Request) -> Reply | None:
        if request.method != "POST":
            return None
        row = {"command": "version format=json", "outb": "", "outs": "try\nagain"}
        return as_json({"id": "7", "is_finished": True, "failed": [row]})

    fake = Restful(special=special)
    error = fetched(fake, credentials, ("version",))["version"].error
    assert error is not None
    assert error.kind is ErrorKind.FAILED
    assert str(error) == "Ceph refused the command 'version': try again"


def test_a_forbidden_command_is_not_requested_again_soon(credentials: Credentials) -> None:
    """The mgr's own key may not run `pg dump`: the document is unsupported."""

    def special(request: Request) -> Reply | None:
        if request.method != "POST":
            return None
        row = {"command": "pg dump dumpcontents=['pools']", "outb": "", "outs": "access denied"}
        return as_json({"id": "7", "is_finished": True, "failed": [row]})

    fake = Restful(special=special)
    error = fetched(fake, credentials, ("pg dump pools",))["pg dump pools"].error
    assert error is not None
    assert error.kind is ErrorKind.DENIED


def test_performance_counters_have_an_endpoint(credentials: Credentials) -> None:
    """A document that no command returns is requested with GET, without a POST."""
    counters = {"osd.0": {"osd.op": {"type": 10, "value": 3}}}

    def special(request: Request) -> Reply | None:
        return as_json(counters) if request.path == "/perf" else None

    fake = Restful(special=special)
    answer = fetched(fake, credentials, ("perf counters",))["perf counters"]
    assert fake.posted == []
    assert answer.error is None
    assert answer.wire_format == "restful/perf"
    assert facts.decode(answer.wire_format, answer.body)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, ErrorKind.UNSUPPORTED), (500, ErrorKind.FAILED)]
)
def test_a_failing_endpoint_costs_its_own_document(
    credentials: Credentials, status: int, kind: ErrorKind
) -> None:
    """An error of an endpoint does not affect the commands."""

    def special(request: Request) -> Reply | None:
        return as_json({}, status) if request.path == "/perf" else None

    answers = fetched(Restful(special=special), credentials, ("perf counters", "version"))
    error = answers["perf counters"].error
    assert error is not None
    assert error.kind is kind
    assert str(error).endswith(f"/perf: HTTP {status}")
    assert answers["version"].error is None


def test_the_monmap_replaces_an_unknown_quorum_status(credentials: Credentials) -> None:
    """A second request runs `mon dump`, and is deleted like the first."""
    outputs = {name: output for name, output in COMMANDS.items() if name != "quorum_status"}
    fake = Restful(outputs)
    answers = fetched(fake, credentials)
    assert answers["quorum_status"].wire_format == "mon dump"
    assert answers["quorum_status"].error is None
    assert answers.keys() == set(ALL)
    assert fake.posted[1:] == [[[{"prefix": "mon dump", "format": "json"}]]]


def test_mimic_and_before_get_one_command_per_request(credentials: Credentials) -> None:
    """12 and 13 answer a list with 500: commands are posted one by one, in later polls as well."""
    fake = Restful(single=True)
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        first = list(source.fetch(ALL, Deadline(30)))
        second = list(source.fetch(("status",), Deadline(30)))
    assert fake.held == {}
    assert [answer.error for answer in first + second] == [None] * 6
    shapes = [type(body) for body in fake.posted]
    assert shapes == [list, *[dict] * 6]
    assert fake.posted[1] == {"prefix": "health", "detail": "detail", "format": "json"}


def test_mimic_without_quorum_keeps_the_deadline(credentials: Credentials) -> None:
    """With one command per request, all of them share the deadline."""
    answers = fetched(
        Restful(single=True, pending=("health", "status")), credentials, ALL[:2], seconds=1.5
    )
    assert [
        "check that they have a quorum" in str(answer.error) for answer in answers.values()
    ] == [True] * 2


def test_a_command_that_never_finishes_is_a_lost_quorum(credentials: Credentials) -> None:
    """A command that never finishes fails in time, names the quorum and does not affect others."""
    answers = fetched(Restful(pending=("status",)), credentials, seconds=1.6)
    error = answers.pop("status").error
    assert error is not None
    assert error.kind is ErrorKind.FAILED
    assert str(error) == (
        "the monitors did not answer the command 'status' in time; check that they have a quorum"
    )
    assert [answer.error for answer in answers.values()] == [None] * 4


@pytest.mark.parametrize("answer", [page(502), as_json([]), Reply(200, b"")])
def test_an_error_while_polling_deletes_the_request(
    credentials: Credentials, answer: Reply
) -> None:
    """A request is deleted even if its state is answered with an error."""
    fake = Restful(special=lambda request: answer if request.method == "GET" else None)
    error = failed(fake, credentials)
    assert error.kind is ErrorKind.UNREACHABLE
    assert len(fake.posted) == 1
    assert fake.held == {}


def test_a_request_is_deleted_when_polling_it_hangs(credentials: Credentials) -> None:
    """The deadline leaves time for a DELETE after a GET that hangs."""

    def special(request: Request) -> Reply | None:
        if request.method == "GET":
            server.stopped.wait(5)
        return None

    fake = Restful(special=special)
    with (
        serve(answering(fake)) as server,
        opened(server.url, credentials) as source,
        pytest.raises(SourceError, match="no complete answer in time"),
    ):
        list(source.fetch(ALL, Deadline(1.5)))
    assert "DELETE" in [one.method for one in server.requests]


def test_a_failing_delete_costs_nothing(credentials: Credentials) -> None:
    """A failed DELETE does not lose the answer."""
    fake = Restful(special=lambda request: page(500) if request.method == "DELETE" else None)
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = list(source.fetch(ALL, Deadline(30)))
    assert [answer.error for answer in answers] == [None] * 5
