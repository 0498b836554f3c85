"""The mgr module restful: posted, looked at, deleted, whatever comes of it."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from ceph_exporter import facts
from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, ErrorKind, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.fakes import BASIC, COMMANDS, NOT_FOUND, PAGE, Restful, as_json, page
from tests.sources.faulty import Reply, Request, answering, serve

ALL = ("health detail", "status", "quorum_status", "time-sync-status", "version")
PREFIXES = ["health", "status", "quorum_status", "time-sync-status", "version"]


def opened(url: str, credentials: Credentials) -> closing[Source]:
    """Connect with the API given, for a `with`."""
    return closing(connect("restful", url, Tls(), credentials, Deadline(30)))


def fetched(
    fake: Restful,
    credentials: Credentials,
    wanted: tuple[str, ...] = ALL,
    seconds: float = 5.0,
) -> dict[str, Answer]:
    """Fetch documents; check that nothing stays in the mgr's memory."""
    start = time.monotonic()
    with (
        serve(answering(fake, keep_alive=False)) as server,
        opened(server.url, credentials) as source,
    ):
        answers = {
            answer.documents[0]: answer for answer in source.fetch(wanted, Deadline(seconds))
        }
    assert time.monotonic() - start < seconds + 3
    assert fake.held == {}
    return answers


def failed(fake: Restful, credentials: Credentials, seconds: float = 5.0) -> SourceError:
    """Fetch what cannot be had at all; give the error."""
    with pytest.raises(SourceError) as caught:
        fetched(fake, credentials, seconds=seconds)
    assert "\n" not in str(caught.value)
    assert "hush-hush" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("looks", [0, 1, 4])
def test_one_request_runs_all_commands(credentials: Credentials, looks: int) -> None:
    """All commands are posted at once, and looked at until they are done."""
    fake = Restful(looks=looks)
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = list(source.fetch(ALL, Deadline(30)))
    assert fake.held == {}
    methods = [one.method for one in server.requests]
    assert methods == ["POST", *["GET"] * looks, "DELETE"]
    # With `wait` in the query a command that hangs would block the module for everybody.
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


def test_outputs_are_matched_by_their_words(credentials: Credentials) -> None:
    """Results come in any order and so do a command's arguments; `outb` is JSON inside JSON."""
    answers = fetched(Restful(), credentials)
    assert [json.loads(answers[name].body) for name in ALL] == [
        COMMANDS[prefix] for prefix in PREFIXES
    ]


def test_no_document_wanted_is_no_request(credentials: Credentials) -> None:
    """When nothing is due nothing is asked."""
    fake = Restful()
    assert fetched(fake, credentials, ()) == {}
    assert fake.posted == []


def test_one_unknown_command_leaves_the_others(credentials: Credentials) -> None:
    """has_failed is about one command: it is unsupported, the others are had."""
    known = {name: output for name, output in COMMANDS.items() if name != "time-sync-status"}
    answers = fetched(Restful(known), credentials)
    error = answers.pop("time-sync-status").error
    assert error is not None
    assert error.kind is ErrorKind.UNSUPPORTED
    assert str(error) == "Ceph refused the command 'time-sync-status': command not known"
    assert [answer.error for answer in answers.values()] == [None] * 4


def test_commands_of_one_name_are_told_apart_by_their_arguments(
    credentials: Credentials,
) -> None:
    """`pg dump` is asked for its parts, and each part finds its own result."""
    parts = {f"pg dump format=json dumpcontents=['{one}']": one for one in ("pools", "pgs_brief")}
    answers = fetched(Restful(parts), credentials, ("pg dump pools", "pg states"))
    assert json.loads(answers["pg dump pools"].body) == "pools"
    assert json.loads(answers["pg states"].body) == "pgs_brief"


def test_a_command_that_fails_otherwise_is_asked_again_soon(credentials: Credentials) -> None:
    """What is neither unknown nor forbidden is a failure of this time only."""

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


def test_what_the_mgr_may_not_do_is_not_asked_for_again_soon(credentials: Credentials) -> None:
    """The mgr's own key has no right to `pg dump`: there is no such document."""

    def special(request: Request) -> Reply | None:
        if request.method != "POST":
            return None
        row = {"command": "pg dump dumpcontents=['pools']", "outb": "", "outs": "access denied"}
        return as_json({"id": "7", "is_finished": True, "failed": [row]})

    fake = Restful(special=special)
    error = fetched(fake, credentials, ("pg dump pools",))["pg dump pools"].error
    assert error is not None
    assert error.kind is ErrorKind.UNSUPPORTED


def test_performance_counters_have_an_endpoint(credentials: Credentials) -> None:
    """What no command has is asked for by GET, and nothing is posted for it."""
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
    """An error of an endpoint leaves the commands alone."""

    def special(request: Request) -> Reply | None:
        return as_json({}, status) if request.path == "/perf" else None

    answers = fetched(Restful(special=special), credentials, ("perf counters", "version"))
    error = answers["perf counters"].error
    assert error is not None
    assert error.kind is kind
    assert str(error).endswith(f"/perf: HTTP {status}")
    assert answers["version"].error is None


def test_the_monmap_stands_in_for_an_unknown_quorum_status(credentials: Credentials) -> None:
    """A second request asks for `mon dump`, and is deleted as the first."""
    known = {name: output for name, output in COMMANDS.items() if name != "quorum_status"}
    fake = Restful(known)
    answers = fetched(fake, credentials)
    assert answers["quorum_status"].wire_format == "mon dump"
    assert answers["quorum_status"].error is None
    assert answers.keys() == set(ALL)
    assert fake.posted[1:] == [[[{"prefix": "mon dump", "format": "json"}]]]


def test_mimic_and_before_get_one_command_a_request(credentials: Credentials) -> None:
    """12 and 13 answer a list with 500: single commands from then on, in later polls as well."""
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
    """One command a request does not give each of them the whole time."""
    answers = fetched(
        Restful(single=True, pending=("health", "status")), credentials, ALL[:2], seconds=1.5
    )
    assert [
        "check that they have a quorum" in str(answer.error) for answer in answers.values()
    ] == [True] * 2


def test_pending_for_ever_is_a_lost_quorum(credentials: Credentials) -> None:
    """A command that never finishes ends in time, names the quorum and leaves the others."""
    answers = fetched(Restful(pending=("status",)), credentials, seconds=1.6)
    error = answers.pop("status").error
    assert error is not None
    assert error.kind is ErrorKind.FAILED
    assert str(error) == (
        "the monitors did not answer the command 'status' in time; check that they have a quorum"
    )
    assert [answer.error for answer in answers.values()] == [None] * 4


@pytest.mark.parametrize("answer", [page(502), as_json([]), Reply(200, b"")])
def test_an_error_while_looking_deletes_the_request(
    credentials: Credentials, answer: Reply
) -> None:
    """What comes instead of the state of a request does not leave it in the mgr's memory."""
    fake = Restful(special=lambda request: answer if request.method == "GET" else None)
    error = failed(fake, credentials)
    assert error.kind is ErrorKind.UNREACHABLE
    assert len(fake.posted) == 1
    assert fake.held == {}


def test_a_request_is_deleted_when_looking_at_it_hangs(credentials: Credentials) -> None:
    """Of the deadline so much is kept that a DELETE follows a GET without answer."""

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
    """What was answered is worth more than the tidying up."""
    fake = Restful(special=lambda request: page(500) if request.method == "DELETE" else None)
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = list(source.fetch(ALL, Deadline(30)))
    assert [answer.error for answer in answers] == [None] * 5


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("auth: No such user", "auth: No such user"),
        ("auth: Incorrect password", "auth: Incorrect password"),
        (None, "the answer is HTML, not JSON"),
    ],
)
def test_a_refused_key_names_the_command_that_lists_keys(
    credentials: Credentials, message: str | None, said: str
) -> None:
    """A 401 says what the module said, which user it was, and where the keys are."""
    reply = as_json({"message": message}, 401) if message else page(401)
    error = failed(Restful(special=lambda _: reply), credentials)
    assert error.kind is ErrorKind.REFUSED
    assert f"the key of prom ({said}); compare --cluster.username" in str(error)
    assert str(error).endswith("ceph restful list-keys")


def test_a_wrong_key_is_refused_by_the_module(tmp_path: Path) -> None:
    """The secret goes into the header as it stands in the file."""
    file = tmp_path / "key"
    file.write_text("wrong")
    error = failed(Restful(), Credentials("prom", str(file)))
    assert "(auth: Incorrect password)" in str(error)


def test_without_a_user_nobody_is_refused() -> None:
    """No user, no header, and the module's own words."""
    error = failed(Restful(), Credentials())
    assert "the key of no user (auth: No HTTP username/password)" in str(error)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (PAGE, "HTTP 200: the answer is HTML, not JSON; check that this is the URL of the mgr mod"),
        (
            NOT_FOUND,
            "HTTP 404: the answer is HTML, not JSON; check that this is the URL of the mgr mod",
        ),
        (as_json({"message": "x"}, 503), "HTTP 503: x"),
        (page(500), "HTTP 500: the answer is HTML, not JSON"),
        (as_json({"a": 1}), "HTTP 200: Object missing required field `id`; check that this is the"),
    ],
)
def test_something_else_is_no_restful(
    credentials: Credentials, reply: Reply, expected: str
) -> None:
    """HTML, an unknown URL and errors of the mgr are failures of the URL as a whole."""
    error = failed(Restful(special=lambda _: reply), credentials)
    assert error.kind is ErrorKind.UNREACHABLE
    assert expected in str(error)


def test_the_broken_module_of_14_is_named(credentials: Credentials) -> None:
    """Under Python 3 restful of 14 answers every command with 500: the way round it is said."""
    message = {"message": "Object of type map is not JSON serializable"}
    fake = Restful(special=lambda one: as_json(message, 500) if one.method == "POST" else None)
    with pytest.raises(SourceError, match="use the mgr's dashboard") as caught:
        fetched(fake, credentials, ("status",))
    assert caught.value.kind is ErrorKind.UNREACHABLE
