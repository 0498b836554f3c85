"""Documents that are requested in the background."""

import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, ErrorKind, SourceError
from ceph_exporter.sources import aside as module
from ceph_exporter.sources.aside import Worker


class Fake:
    """A source that waits for the test before it answers."""

    about = "RGW"
    many = "buckets or users"
    documents = frozenset({"a", "b", "c"})
    formats: Mapping[str, str] = MappingProxyType({name: f"format {name}" for name in "abc"})

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self.errors: dict[str, Exception] = {}
        self.closed = False

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Answer or fail."""
        self.asked.append(document)
        self.go.wait(deadline.left)
        if document in self.errors:
            raise self.errors[document]
        return document.encode()

    def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Return a source, and let it answer at the end."""
    source = Fake()
    yield source
    source.go.set()


def told(answers: list[Answer]) -> list[tuple[str, bytes, str]]:
    """Return the wire formats, bodies and errors of answers."""
    return [(answer.wire_format, answer.body, str(answer.error or "")) for answer in answers]


def test_nobody_waits(fake: Fake) -> None:
    """Answers are there when they have arrived, each once."""
    worker = Worker()
    worker.start(fake, ["a", "b"])
    assert worker.answers(fake, 0) == []
    assert worker.pending == {"a", "b"}
    fake.go.set()
    assert told(worker.answers(fake, 30)) == [("format a", b"a", ""), ("format b", b"b", "")]
    assert worker.answers(fake, 30) == []
    assert worker.pending == frozenset()


def test_one_thread_at_most(fake: Fake) -> None:
    """While documents are being requested, nothing else is, not even of another source."""
    worker, other = Worker(), Fake()
    worker.start(fake, ["a"])
    worker.start(fake, ["b"])
    worker.start(other, ["c"])
    assert worker.answers(other, 0) == []
    fake.go.set()
    assert told(worker.answers(fake, 30)) == [("format a", b"a", "")]
    assert (fake.asked, other.asked) == (["a"], [])


def test_the_answers_of_a_source_that_was_replaced(fake: Fake) -> None:
    """They are discarded, as it may have been that of another cluster."""
    worker, other = Worker(), Fake()
    worker.start(fake, ["a"])
    fake.go.set()
    assert worker.answers(other, 30) == []
    assert worker.answers(fake, 30) == []


def test_nothing_to_do(fake: Fake) -> None:
    """No thread starts, and there are no answers."""
    worker = Worker()
    worker.start(fake, [])
    assert worker.answers(fake, 30) == []
    assert worker.pending == frozenset()
    worker.close()
    assert not fake.closed


def test_errors(fake: Fake) -> None:
    """Each concerns its document alone: an outage is none of the API of the cluster."""
    fake.go.set()
    fake.errors = {
        "a": SourceError(ErrorKind.UNREACHABLE, "gone"),
        "b": SourceError(ErrorKind.UNSUPPORTED, "no such thing"),
        "c": RuntimeError("oops"),
    }
    worker = Worker()
    worker.start(fake, ["a", "b", "c"])
    answers = worker.answers(fake, 30)
    assert [answer.error.kind for answer in answers if answer.error] == [
        ErrorKind.FAILED,
        ErrorKind.UNSUPPORTED,
        ErrorKind.FAILED,
    ]
    assert str(answers[2].error) == "please report this: RuntimeError('oops')"


def test_what_hangs_is_asked_once(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other documents fail for the same reason without being requested."""
    monkeypatch.setattr(module, "_HUNG", 0.0)
    fake.go.set()
    fake.errors["b"] = SourceError(ErrorKind.FAILED, "timed out")
    worker = Worker()
    worker.start(fake, ["a", "b", "c"])
    assert told(worker.answers(fake, 30)) == [
        ("format a", b"a", ""),
        ("format b", b"", "timed out"),
        ("format c", b"", "timed out"),
    ]
    assert fake.asked == ["a", "b"]


def test_a_limit(fake: Fake) -> None:
    """A document gets its own time, however long the others took."""
    worker = Worker(limit=0.05)
    worker.start(fake, ["a", "b"])
    assert [answer.body for answer in worker.answers(fake, 30)] == [b"a", b"b"]


def test_documents_share_the_time_of_somebody_who_waits(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may take an equal part of what is left, so one that hangs leaves time for the others."""
    given = dict[str, float]()

    def fetch(document: str, deadline: Deadline) -> bytes:
        given[document] = deadline.left
        if document == "b":
            raise SourceError(ErrorKind.FAILED, "no")
        return document.encode()

    monkeypatch.setattr(fake, "fetch", fetch)
    worker = Worker()
    worker.start(fake, ["a", "b", "c"], within=60)
    assert [answer.body for answer in worker.answers(fake, 30)] == [b"a", b"", b"c"]
    assert [round(given[name]) for name in "abc"] == [20, 30, 60]


def test_a_document_that_used_up_its_part(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error says how to give it more; the documents after it have arrived."""

    def fetch(document: str, deadline: Deadline) -> bytes:
        if document == "a":
            threading.Event().wait(deadline.left)
            raise SourceError(ErrorKind.UNREACHABLE, "no answer")
        return document.encode()

    monkeypatch.setattr(fake, "fetch", fetch)
    worker = Worker()
    worker.start(fake, ["a", "b"], within=0.2)
    assert told(worker.answers(fake, 30)) == [
        ("format a", b"", "no answer; raise --poll.timeout if there are many buckets or users"),
        ("format b", b"b", ""),
    ]


def test_the_end(fake: Fake) -> None:
    """The connection is closed, and no further document is requested."""
    worker = Worker()
    worker.start(fake, ["a", "b"])
    worker.close()
    fake.go.set()
    assert worker._job is not None
    worker._job.thread.join(30)
    assert told(worker.answers(fake, 0)) in ([("format a", b"a", "")], [])
    assert fake.closed
    assert fake.asked in (["a"], [])
