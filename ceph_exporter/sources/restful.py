"""The mgr module restful of Ceph 12.2 to 19.2 (src/pybind/mgr/restful/).

Commands are posted to `/request`, and their results are read from there. A result (`outb`) is JSON
inside a JSON string. A finished request stays in the mgr's memory until it is deleted.

With `wait=1`, a command that hangs, for example without a quorum, would block the module's only
thread, and thus all clients, indefinitely. Therefore, a request is posted without waiting, polled
until it is finished, and always deleted.

The module runs commands with the mgr's own key, whose profile does not allow `pg dump`.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain, repeat

import msgspec

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.facts.command import Command
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.foreign import check_redirect
from ceph_exporter.sources.http import Http, Response
from ceph_exporter.sources.reasons import brief

INFO = "Ceph Manager RESTful API server"
_PAUSES = (0.01, 0.03, 0.1, 0.25)  # seconds before the first polls of a request, then `_PAUSE`
_PAUSE = 0.5
# Endpoint other than `/request` -> the documents for which it is requested
ENDPOINTS = {"perf": ("perf counters",)}
_NOT_FOUND = b"The resource could not be found"
_RESERVE = 1.0  # seconds before the deadline that are reserved for the last poll and the DELETE


class _Result(msgspec.Struct):
    command: str
    outb: str = ""
    outs: str = ""


class _Request(msgspec.Struct):
    id: str
    is_finished: bool = False
    finished: tuple[_Result, ...] = ()
    failed: tuple[_Result, ...] = ()


class _Message(msgspec.Struct):
    message: str = ""


# A part of the `outs` of a command that always fails -> the kind of the error
_PERMANENT = {
    "command not known": ErrorKind.UNSUPPORTED,
    "No orchestrator configured": ErrorKind.UNSUPPORTED,
    "Module not found": ErrorKind.UNSUPPORTED,  # the orchestrator's own module is disabled
    "access denied": ErrorKind.DENIED,
}

_request = Decoder(_Request)
_message = Decoder(_Message)


class Restful:
    """Documents from the mgr module restful at the URL of `http`.

    Every API key of the module has full rights to the API.
    """

    api = "restful"
    releases = ("12", "19")
    documents = frozenset(COMMANDS).union(*ENDPOINTS.values())

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.url = http.url
        self._http = http
        self._credentials = credentials
        self._batch = True

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Run all commands in one request, then the alternatives to those that are unknown."""
        choices = {document: COMMANDS[document] for document in wanted if document in COMMANDS}
        while choices:
            first = {document: commands[0] for document, commands in choices.items()}
            remaining = {}
            for answer in self._run(first, deadline):
                (document,) = answer.documents
                others = choices[document][1:]
                if others and answer.error and answer.error.kind is ErrorKind.UNSUPPORTED:
                    remaining[document] = others
                else:
                    yield answer
            choices = remaining
        for endpoint, documents in ENDPOINTS.items():
            if not set(wanted).isdisjoint(documents):
                yield self._endpoint(endpoint, documents, deadline)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _endpoint(self, endpoint: str, documents: tuple[str, ...], deadline: Deadline) -> Answer:
        start = time.monotonic()
        response = self._call("GET", f"/{endpoint}", deadline)
        error = None
        if response.status != 200:
            # Ceph 12 and 13 lack the endpoint. Only a 404 from the module itself shows that.
            unknown = response.status == 404 and _is_own(response)
            kind = ErrorKind.UNSUPPORTED if unknown else ErrorKind.FAILED
            error = SourceError(kind, f"{self.url}/{endpoint}: HTTP {response.status}")
        wire_format = f"restful/{endpoint}"
        return Answer(documents, wire_format, elapsed(start), response.body, error)

    def _run(self, commands: dict[str, Command], deadline: Deadline) -> Iterator[Answer]:
        groups = [commands] if self._batch else [{name: one} for name, one in commands.items()]
        for group in groups:
            start = time.monotonic()
            try:
                request = self._ask(list(group.values()), deadline)
            except SourceError as error:
                if error.kind is not ErrorKind.UNSUPPORTED or not self._batch:
                    raise
                # Ceph 12 and 13 accept only one command per request, and answer a list with 500.
                self._batch = False
                yield from self._run(commands, deadline)
                return
            seconds = elapsed(start)
            for document, command in group.items():
                answer = _answer(document, command, request, seconds)
                yield answer._replace(together=len(group))

    def _ask(self, commands: list[Command], deadline: Deadline) -> _Request:
        bodies = [
            {"prefix": command.prefix, **dict(command.args), "format": "json"}
            for command in commands
        ]
        request = self._parse(
            self._call("POST", "/request", deadline, [bodies] if self._batch else bodies[0])
        )
        last_poll = Deadline(deadline.left - _RESERVE / 2)
        try:
            for pause in chain(_PAUSES, repeat(_PAUSE)):
                if request.is_finished or deadline.left <= _RESERVE + pause:
                    break
                time.sleep(pause)
                request = self._parse(self._call("GET", f"/request/{request.id}", last_poll))
        finally:
            with suppress(SourceError):  # a failed DELETE must not lose the answer
                self._call("DELETE", f"/request/{request.id}", deadline)
        return request

    def _call(self, method: str, path: str, deadline: Deadline, json: object = None) -> Response:
        headers = {"Accept": "application/json", "Connection": "close"}
        return self._http.request(
            method,
            path,
            deadline,
            headers=headers | self._credentials.basic(),
            json=json,
            check=partial(check_redirect, self.url),
        )

    def _parse(self, response: Response) -> _Request:
        status = response.status
        try:
            if status == 200:
                return _request(response.body)
            reason = _message(response.body).message
        except DecodeError as error:
            reason = str(error)
        if status == 401:
            raise SourceError(
                ErrorKind.REFUSED,
                f"restful refused the key of {self._credentials.username or 'no user'} ({reason}); "
                "compare --cluster.username and --cluster.password-file with: ceph restful "
                "list-keys",
            )
        if status == 500 and self._batch and _is_own(response):
            raise SourceError(ErrorKind.UNSUPPORTED, reason)
        hint = "; check that this is the URL of the mgr module restful"
        if "type map is not JSON" in reason:
            hint = (
                "; restful of Ceph 14 cannot run commands under Python 3; use the mgr's dashboard"
            )
        elif status not in (200, 404):
            hint = ""
        raise SourceError(ErrorKind.UNREACHABLE, f"{self.url}: HTTP {status}: {reason}{hint}")


def _is_own(response: Response) -> bool:
    """Return whether an error is the module's own: JSON or, for a 404, a page of webob."""
    if _NOT_FOUND in response.body:
        return response.status == 404
    return response.body.lstrip()[:1] == b"{"


def _answer(document: str, command: Command, request: _Request, seconds: float) -> Answer:
    wire_format = wire_format_of(document, command)
    # The module prints a command as "health detail=detail format=json".
    words = [f"{name}={value}" for name, value in command.args]
    for result in request.finished:
        if _is_command(result.command, command.prefix, words):
            return Answer((document,), wire_format, seconds, result.outb.encode())
    for result in request.failed:
        if _is_command(result.command, command.prefix, words):
            outs = brief(result.outs)
            kinds = (kind for words, kind in _PERMANENT.items() if words in outs)
            kind = next(kinds, ErrorKind.FAILED)
            error = SourceError(kind, f"Ceph refused the command {command.prefix!r}: {outs}")
            return Answer((document,), wire_format, seconds, error=error)
    error = SourceError(
        ErrorKind.FAILED,
        f"the monitors did not answer the command {command.prefix!r} in time; check that they have "
        "a quorum",
    )
    return Answer((document,), wire_format, seconds, error=error)


def _is_command(text: str, prefix: str, words: list[str]) -> bool:
    """Return whether a text is the command: its prefix, then its arguments in any order."""
    args = text.removeprefix(f"{prefix} ")
    return args != text and "=" in args.split(" ")[0] and all(word in args for word in words)
