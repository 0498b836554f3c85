"""What a poll reports: the state of each document and collector, and of the cluster as a whole.

The page `/`, `check`, the Nagios plugin, the log and the exporter's own metrics all show these
values, so that no two of them can disagree.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from ceph_exporter.sources import ErrorKind


class DocumentState(Enum):
    """The state of a document; its value is the word that users read."""

    OK = "ok"
    """The last request for it succeeded."""
    FAILED = "failed"
    """The last request for it failed although the API offers it, or the user lacks a right."""
    UNSUPPORTED = "unsupported"
    """Neither this API nor this release has it, whatever the user's rights."""
    PENDING = "pending"
    """It has not been requested yet."""


class DocumentRow(NamedTuple):
    """The state of a document.

    error: why it is not `ok`, in one line, and kind: what sort of failure that is; seconds and
    size: of the last answer, in seconds and bytes; last_success: unix time; dropped: the number of
    fields of the last good answer that had an unexpected type, by path (`osds[].up`). What does not
    apply is None or empty. seconds is None too while the cluster as a whole cannot be reached.
    offered: whether the API in use has the document, in releases that have it.
    """

    name: str
    state: DocumentState = DocumentState.PENDING
    kind: ErrorKind | None = None
    error: str = ""
    seconds: float | None = None
    size: int | None = None
    last_success: float | None = None
    dropped: Mapping[str, int] = MappingProxyType({})
    offered: bool = True


class CollectorRow(NamedTuple):
    """The result of a collector. series: exported; cut: left out because of the limit."""

    name: str
    success: bool
    seconds: float
    series: int = 0
    cut: int = 0


class CheckRow(NamedTuple):
    """A health check that is raised and not muted. severity: HEALTH_WARN or HEALTH_ERR."""

    code: str
    severity: str
    message: str


class Report(NamedTuple):
    """The result of a poll, without the metrics.

    up: health or status was received; health: HEALTH_OK and so on, None while unknown; api and url:
    those that answered last; seconds: duration of the poll; ended: unix time; error: why the
    cluster is unreachable, empty if it is not; foreign: by URL, whether its last answer came from
    another cluster.
    """

    up: bool
    health: str | None
    api: str
    url: str
    release: str
    seconds: float
    ended: float
    error: str
    documents: tuple[DocumentRow, ...]
    collectors: tuple[CollectorRow, ...]
    checks: tuple[CheckRow, ...] = ()
    foreign: tuple[tuple[str, bool], ...] = ()
