"""ceph-rest-api, which is part of Ceph 0.67 to 12.2 (src/pybind/ceph_rest_api.py).

It handles one request at a time. Others wait, and before Ceph 12.1 they may wait forever.
Therefore, the exporter uses one connection, closes it after each answer, and ends every request at
the poll's deadline. The content type of an error is always text/html. If a monitor prints invalid
JSON (`nan`), the answer has the status 500.
"""

import time
from collections.abc import Collection, Iterator
from functools import partial
from urllib.parse import urlencode

import msgspec

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.facts.command import Command, mon
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.foreign import HINT, ForeignAnswerError, check_redirect, what_instead
from ceph_exporter.sources.http import Http, Response

BASE = "/api/v0.1"
_INVALID_JSON = b"Error decoding JSON from "
# ceph-rest-api only checks the suffix `.json`. The header Accept is for a proxy in front of it.
_HEADERS = {"Accept": "application/json", "Connection": "close"}


# Commands that are tried to detect ceph-rest-api. A proxy may reject some of them; one answer is
# enough.
_PROBES = (
    mon("fsid"),
    mon("health", detail="detail"),
    mon("status"),
    mon("quorum_status"),
)
_CHECK_USER = "check --cluster.username and --cluster.password-file"


class _Envelope(msgspec.Struct):
    output: msgspec.Raw = msgspec.Raw(b"")
    status: str = ""


_envelope = Decoder(_Envelope)


class RestApi:
    """Documents from ceph-rest-api.

    base: the path of the commands, relative to the URL of `http`. credentials: for basic
    authentication at a proxy, because ceph-rest-api itself has none. proof: a command that has
    succeeded before, which is repeated to check whether ceph-rest-api still answers.
    """

    api = "rest-api"
    releases = ("0.67", "12")
    documents = frozenset(COMMANDS)

    def __init__(
        self, http: Http, credentials: Credentials, base: str, proof: Command = _PROBES[0]
    ) -> None:
        self.url = http.url + base
        self._http = http
        self._credentials = credentials
        self._base = base
        self._proof = proof

    @classmethod
    def probe(cls, http: Http, credentials: Credentials, deadline: Deadline) -> "RestApi":
        """Detect the base path below a URL by requesting the fsid, which every release has.

        A proxy may reject the command, so after a 403 the other commands of `_PROBES` are tried.
        Raises SourceError if no ceph-rest-api answers there.
        """
        bases = [""] if http.url.endswith(BASE) else [BASE, ""]
        failures = []
        for base in bases:
            for command in _PROBES:
                try:
                    return cls._open(http, credentials, base, command, deadline)
                except SourceError as error:
                    if not (error.of_document or isinstance(error, ForeignAnswerError)):
                        raise
                    failures.append(error)
                    if error.kind is not ErrorKind.DENIED:
                        break
        # A refusal is more informative than the 404 for a path that does not exist.
        failure = next((one for one in failures if one.kind is ErrorKind.DENIED), failures[0])
        kind = ErrorKind.UNREACHABLE
        if failure.kind is ErrorKind.DENIED:
            kind = ErrorKind.REFUSED
        raise SourceError(kind, f"{http.url}: {failure}")

    @classmethod
    def _open(
        cls,
        http: Http,
        credentials: Credentials,
        base: str,
        command: Command,
        deadline: Deadline,
    ) -> "RestApi":
        """Try without the secret first, so that only a server that requires it receives it."""
        source = cls(http, Credentials(), base, command)
        try:
            source.get(command, deadline)
        except SourceError as error:
            if error.kind not in (ErrorKind.REFUSED, ErrorKind.DENIED) or not credentials:
                raise
            source = cls(http, credentials, base, command)
            source.get(command, deadline)
        return source

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request the documents one after the other."""
        for document in wanted:
            answer = self._document(document, deadline)
            yield answer
            if answer.error is not None and not answer.error.of_document:
                raise answer.error

    def get(self, command: Command, deadline: Deadline) -> bytes:
        """Run one command and return its JSON."""
        query = f"?{urlencode(command.args, doseq=True)}" if command.args else ""
        path = f"{self._base}/{command.prefix.replace(' ', '/')}.json{query}"
        headers = _HEADERS | self._credentials.basic()
        check = partial(check_redirect, self.url)
        return output(self._http.request("GET", path, deadline, headers=headers, check=check))

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _document(self, document: str, deadline: Deadline) -> Answer:
        start = time.monotonic()
        for command in COMMANDS[document]:
            try:
                body = self.get(command, deadline)
            except SourceError as error:
                failure = error
                if isinstance(error, ForeignAnswerError):
                    failure = self._of_document_or_url(error, deadline)
                if error.kind is not ErrorKind.UNSUPPORTED:
                    break
            else:
                wire_format = wire_format_of(document, command)
                return Answer((document,), wire_format, elapsed(start), body)
        return Answer((document,), document, elapsed(start), error=failure)

    def _of_document_or_url(self, failure: ForeignAnswerError, deadline: Deadline) -> SourceError:
        """Return the error of a document or, if ceph-rest-api does not answer, of the URL."""
        try:
            self.get(self._proof, deadline)
        except SourceError as error:
            if not error.of_document:
                return failure
        return SourceError(ErrorKind.FAILED, str(failure))


def output(response: Response) -> bytes:
    """Return the command's own JSON from the envelope; raises SourceError if there is none."""
    body = response.body
    if response.status == 500 and body.startswith(_INVALID_JSON):
        return body[len(_INVALID_JSON) :]
    try:
        envelope = _envelope(body)
    except DecodeError as error:
        raise _no_envelope(response.status, what_instead(body, error)) from None
    if not bytes(envelope.output):
        if response.status != 200:
            raise _no_envelope(response.status, "the answer has no `output`")
        raise ForeignAnswerError(
            "the answer has no `output`; check that the URL is that of ceph-rest-api"
        )
    if response.status == 200:
        return bytes(envelope.output)
    status = " ".join(envelope.status.split())[:200]
    reason = f"ceph-rest-api answered {response.status}: {status or 'no reason reported'}"
    if "(-13)" in status:
        raise SourceError(
            ErrorKind.DENIED, f"{reason}; grant its cephx user the caps mon 'allow r'"
        )
    # EINVAL: this release has the command, but not in this form (`osd metadata` without an id).
    unknown = any(text in status for text in ("Invalid endpoint", "missing required", "(-22)"))
    raise SourceError(ErrorKind.UNSUPPORTED if unknown else ErrorKind.FAILED, reason)


def _no_envelope(status: int, reason: str) -> SourceError:
    """Return the error for an answer that is not from ceph-rest-api but, say, from a proxy."""
    if status == 401:
        return SourceError(
            ErrorKind.REFUSED,
            f"the proxy in front of ceph-rest-api refused the request with HTTP {status}; "
            f"{_CHECK_USER}",
        )
    if status == 403:
        return SourceError(
            ErrorKind.DENIED,
            f"the proxy in front of ceph-rest-api refused the request with HTTP {status}; "
            f"{_CHECK_USER}, and that the proxy allows this command",
        )
    hint = "check that the URL, including its path, is that of ceph-rest-api"
    return ForeignAnswerError(f"HTTP {status}: {reason}; {hint if status in (200, 404) else HINT}")
