"""Sources that are asked beside the polls, because their answers may take longer than a poll."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError

LIMIT = 120.0
"""Seconds that a document may take."""
_HUNG = 10.0
"""Seconds after which a failure says that whatever is behind the source hangs."""


class Aside(Protocol):
    """A source of documents that take long. `fetch` returns the answer; it may raise SourceError.

    `formats` are the names under which the answers are decoded, by document. `about` names what is
    behind the source, and `many` names what takes long if there are many.
    """

    about: str
    many: str
    documents: frozenset[str]
    formats: Mapping[str, str]

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request a document."""
        ...

    def close(self) -> None:
        """Close the connection, even during a request in another thread."""
        ...


class _Job(NamedTuple):
    """What a thread does. pending: the documents that have not been answered."""

    source: Aside
    pending: set[str]
    answers: SimpleQueue[Answer]
    thread: threading.Thread
    stop: threading.Event


class Worker:
    """Requests documents one after the other in a background thread, of which there is only one.

    A request that hangs thus occupies one thread here and one of the server, however often the
    source is replaced.
    """

    def __init__(self, limit: float = LIMIT) -> None:
        self._limit = limit
        self._job: _Job | None = None

    def start(self, source: Aside, documents: Sequence[str], within: float | None = None) -> None:
        """Request documents, unless the last ones are still being requested.

        within: seconds that all of them may take together, if somebody waits for them.
        """
        if not documents or (self._job is not None and self._job.thread.is_alive()):
            return
        answers: SimpleQueue[Answer] = SimpleQueue()
        stop = threading.Event()
        time_of = _Time(self._limit, None if within is None else Deadline(within))
        thread = threading.Thread(
            target=_work,
            args=(source, tuple(documents), time_of, answers.put, stop),
            name="aside",
            daemon=True,
        )
        self._job = _Job(source, set(documents), answers, thread, stop)
        thread.start()

    def answers(self, source: Aside, wait: float) -> list[Answer]:
        """Return what has been answered since the last call; wait for the rest, in seconds.

        Answers of another source are discarded.
        """
        job, answers = self._job, list[Answer]()
        if job is None:
            return answers
        until = Deadline(wait)
        while job.pending:
            try:
                answer = (
                    job.answers.get(timeout=until.left) if until.left else job.answers.get_nowait()
                )
            except Empty:
                break
            job.pending.difference_update(answer.documents)
            answers.append(answer)
        return answers if job.source is source else []

    @property
    def pending(self) -> frozenset[str]:
        """The documents that have been requested and not been answered."""
        return frozenset(self._job.pending if self._job else ())

    def close(self) -> None:
        """Abandon what is being requested."""
        if self._job is not None:
            self._job.stop.set()
            self._job.source.close()


class _Time(NamedTuple):
    """The time for documents. limit: seconds for each; shared: the end for all, if there is one."""

    limit: float
    shared: Deadline | None

    def part(self, documents: int) -> Deadline:
        """Return the deadline of the next of these documents: an equal part of what is left."""
        left = self.limit if self.shared is None else self.shared.left / documents
        return Deadline(min(self.limit, left))


def _work(
    source: Aside,
    documents: Sequence[str],
    time_of: _Time,
    put: Callable[[Answer], object],
    stop: threading.Event,
) -> None:
    """Request each document; if one hangs, the others are not requested."""
    hung: SourceError | None = None
    for number, document in enumerate(documents):
        start = time.monotonic()
        body, error = b"", hung
        if stop.is_set():
            return
        deadline = time_of.part(len(documents) - number)
        if hung is None:
            try:
                body = source.fetch(document, deadline)
            except SourceError as failure:
                kind = failure.kind if failure.of_document else ErrorKind.FAILED
                is_cut = time_of.shared is not None and not deadline.left
                more = f"; raise --poll.timeout if there are many {source.many}"
                error = SourceError(kind, f"{failure}{more if is_cut else ''}")
            except Exception as failure:  # noqa: BLE001 - the thread that waits must be told
                error = SourceError(ErrorKind.FAILED, f"please report this: {failure!r}")
        seconds = elapsed(start)
        put(Answer((document,), source.formats[document], seconds, body, error))
        if error is not None and seconds > _HUNG:
            hung = error
