"""What every source of documents is to the poller, and how it says that it has none."""

import time
from collections.abc import Collection, Iterator
from enum import Enum
from typing import NamedTuple, Protocol


class Kind(Enum):
    """What a failure means for what is asked next; of several URLs' the first here tells most."""

    REFUSED = "refused"
    """Login or key refused: nothing but a new configuration helps."""
    FROZEN = "frozen"
    """What is said here is old, as there is no quorum or none that this mgr knows of: try the next
    URL, and believe nothing that was had here."""
    UNTRUSTED = "untrusted"
    """The server's certificate is not accepted: try the next URL."""
    UNREACHABLE = "unreachable"
    """No answer from this URL: try the next one."""
    FOREIGN = "foreign"
    """Another cluster answers here: try the next URL."""
    STANDBY = "standby"
    """A standby mgr answers here: try the next URL."""
    FAILED = "failed"
    """This document failed, others may not."""
    UNSUPPORTED = "unsupported"
    """This document does not exist here: do not ask again soon."""


_OF_THE_DOCUMENT = frozenset({Kind.FAILED, Kind.UNSUPPORTED})


class SourceError(Exception):
    """Why there is no document: one line for a person that says what to do, without secrets."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def of_document(self) -> bool:
        """It says nothing of other documents; else the URL as a whole is of no use."""
        return self.kind in _OF_THE_DOCUMENT


class Answer(NamedTuple):
    """One answer of Ceph, or why there is none.

    documents: what it carries by the names of mon commands; wire: the name under which its bytes
    are decoded and recorded; seconds: how long Ceph took.
    """

    documents: tuple[str, ...]
    wire: str
    seconds: float
    body: bytes = b""
    error: SourceError | None = None


class Deadline:
    """A point in time until which all of a poll must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 at the least."""
        return max(0.0, self._end - time.monotonic())

    def part(self, share: float) -> "Deadline":
        """Give a deadline at this share of what is left."""
        return Deadline(self.left * share)


class Source(Protocol):
    """Gets documents over one API from one URL.

    `documents` are those that this API can give at all. `fetch` yields an answer for each document
    wanted, as they come, and raises SourceError when the URL as a whole is of no use. It may yield
    that error first as the answer for the documents that were waited for.
    """

    api: str
    url: str
    documents: frozenset[str]

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Ask Ceph for documents; one request at a time, all within the deadline."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...
