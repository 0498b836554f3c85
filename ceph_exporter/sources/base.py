"""The interface between sources of documents and the poller, and the errors of sources.

SourceError: a document or a URL failed. Its ErrorKind says what to do next.

- The URL failed, so none of its documents is available:
    - REFUSED: login or key refused
    - FROZEN: no quorum, so the data is old
    - UNTRUSTED: certificate not accepted
    - UNREACHABLE: no answer
    - FOREIGN: another cluster answers
    - STANDBY: a standby mgr answers
- Only this document failed:
    - FAILED: may succeed the next time
    - UNSUPPORTED: does not exist here
    - DENIED: the user may not read it
"""

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, Protocol

from ceph_exporter.deadline import Deadline


class ErrorKind(Enum):
    """The kind of a failure, which determines what to do next.

    The most informative kinds come first. If all URLs fail, the error whose kind is the first of
    these is reported.
    """

    REFUSED = "refused"
    """This URL refuses the login or key until the configuration changes: try the next one."""
    FROZEN = "frozen"
    """The data at this URL is old, because the monitors have no quorum or the mgr knows of none:
    discard the data from this URL and try the next one."""
    UNTRUSTED = "untrusted"
    """The server's certificate is not accepted: try the next URL."""
    UNREACHABLE = "unreachable"
    """This URL does not answer: try the next one."""
    FOREIGN = "foreign"
    """Another cluster answers at this URL: try the next one."""
    STANDBY = "standby"
    """A standby mgr answers at this URL: try the next one."""
    FAILED = "failed"
    """This document failed; others may succeed."""
    UNSUPPORTED = "unsupported"
    """This document does not exist here: do not request it again soon."""
    DENIED = "denied"
    """The user's rights do not include this document: say which right to grant."""


_OF_DOCUMENT = frozenset({ErrorKind.FAILED, ErrorKind.UNSUPPORTED, ErrorKind.DENIED})


class SourceError(Exception):
    """The reason why a document is unavailable.

    The message is one line that says what is wrong, then what to do. It contains no secrets.
    """

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def of_document(self) -> bool:
        """Whether only this document failed; otherwise the whole URL is unusable."""
        return self.kind in _OF_DOCUMENT


class Answer(NamedTuple):
    """One answer of Ceph, or the error in its place.

    documents: the names of the documents in the answer. wire_format: the name under which `body` is
    decoded and recorded. seconds: how long Ceph took. left_out: by document, the reason why an
    answer that succeeded may not contain it. together: how many answers came within these seconds.
    """

    documents: tuple[str, ...]
    wire_format: str
    seconds: float
    body: bytes = b""
    error: SourceError | None = None
    left_out: Mapping[str, SourceError] = {}
    together: int = 1

    @property
    def cost(self) -> float:
        """The part of `seconds` that Ceph spent on this answer."""
        return self.seconds / self.together


class Source(Protocol):
    """A source of documents: one API at one URL.

    `documents` contains all documents that this API offers. `fetch` yields an answer for each
    wanted document as soon as it arrives. If the whole URL is unusable, it raises SourceError;
    before that, it may yield the same error for the documents that it requested last.
    """

    api: str
    url: str
    documents: frozenset[str]

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request documents from Ceph, one request at a time, all within the deadline."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...
