"""Requests to a fake rest_api and what comes back, for several test modules."""

import json
from collections.abc import Callable, Iterable
from contextlib import closing

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.faulty import Reply, Request, answering, serve

BASE = "/api/v0.1"


HTML = "text/html; charset=utf-8"


FSID = "a3b6ac30-9fbf-4b0d-8c13-6a9ea0d4ba48"


DOCUMENTS = ("health detail", "status", "quorum_status", "time-sync-status", "version")


NAN = (
    b'{"overall_status":"HEALTH_OK","timechecks":{"epoch":4,"round":2,"round_status":"finished",'
    b'"mons":[{"name":"a","skew":-nan,"latency":"0.5"}]}}\n'
)


def envelope(output: object, status: str = "OK") -> Reply:
    """Return an answer of ceph-rest-api after success."""
    return Reply(200, json.dumps({"output": output, "status": status}).encode())


def refusal(code: int, status: str) -> Reply:
    """Return an answer of ceph-rest-api after an error: JSON with the content type of HTML."""
    return Reply(code, json.dumps({"output": [], "status": status}).encode(), HTML)


def ceph(special: Callable[[str], Reply | None] = lambda _: None) -> Callable[[Request], Reply]:
    """Answer below BASE; `special` may have other answers by command."""

    def answer(request: Request) -> Reply:
        path = request.path.partition("?")[0]
        if not path.startswith(f"{BASE}/"):
            return refusal(404, "Page not found")
        command = path[len(BASE) + 1 :].removesuffix(".json")
        return special(command) or envelope(FSID if command == "fsid" else {"command": command})

    return answer


def opened(url: str, credentials: Credentials | None = None) -> closing[Source]:
    """Connect with the API named explicitly, as a context manager."""
    return closing(connect("rest-api", url, Tls(), credentials or Credentials(), Deadline(30)))


def fetched(
    answer: Callable[[Request], Reply], wanted: Iterable[str] = DOCUMENTS
) -> dict[str, Answer]:
    """Fetch documents from a server with these answers; return the answers by document."""
    with serve(answering(answer, keep_alive=False)) as server, opened(server.url) as source:
        answers = list(source.fetch(list(wanted), Deadline(30)))
    return {answer.documents[0]: answer for answer in answers}


def failure(answer: Callable[[Request], Reply], document: str = "status") -> SourceError:
    """Fetch one document that fails; return the error."""
    error = fetched(answer, [document])[document].error
    assert error is not None
    return error
