"""What every source of documents is to the poller, and how it says that it has none."""

from collections.abc import Collection, Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from ceph_exporter.deadline import Deadline


class ErrorKind(Enum):
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
    DENIED = "denied"
    """The user's rights do not include this document: do not ask again soon."""


_OF_THE_DOCUMENT = frozenset({ErrorKind.FAILED, ErrorKind.UNSUPPORTED, ErrorKind.DENIED})


class SourceError(Exception):
    """Why there is no document: one line for a person that says what to do, without secrets."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def of_document(self) -> bool:
        """It says nothing of other documents; else the URL as a whole is of no use."""
        return self.kind in _OF_THE_DOCUMENT


class Answer(NamedTuple):
    """One answer of Ceph, or why there is none.

    documents: the names of those that it carries; wire_format: the name under which its bytes are
    decoded and recorded; seconds: how long Ceph took.
    """

    documents: tuple[str, ...]
    wire_format: str
    seconds: float
    body: bytes = b""
    error: SourceError | None = None


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
