"""The report of a poll: the state of the cluster, of each document, and of each collector.

The page `/`, `check`, the Nagios plugin, the log and the exporter's own metrics all use this report
and therefore agree.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from ceph_exporter.sources import ErrorKind


class DocumentState(Enum):
    """The state of a document; the value of each member is the word that users see."""

    OK = "ok"
    """The last request for it succeeded."""
    FAILED = "failed"
    """The last request for it failed although the API and the release support it."""
    UNSUPPORTED = "unsupported"
    """The API or the release does not have it, whatever rights the user has."""
    PENDING = "pending"
    """It has not been requested yet."""


class DocumentRow(NamedTuple):
    """The state of a document.

    kind, error: the kind of failure, and its reason in one line; seconds: duration of the last
    request, None while the cluster is unreachable; size: bytes of the last answer; last_success:
    unix time; dropped: how many fields of the last good answer had an unexpected type, by path
    (`osds[].up`); offered: whether the API in use has the document in any release; interval:
    seconds from the last answer to the next request, None if each poll requests it. A value that
    does not apply is None or empty.
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
    interval: float | None = None


class CollectorRow(NamedTuple):
    """The result of a collector.

    series: number of exported series; cut: number of series left out because of the limit.
    """

    name: str
    success: bool
    seconds: float
    series: int = 0
    cut: int = 0


class CheckRow(NamedTuple):
    """A health check that is raised and not muted. severity: HEALTH_WARN or HEALTH_ERR.

    detail: the first lines that name what is affected; more: the number of further lines.
    """

    code: str
    severity: str
    message: str
    detail: tuple[str, ...] = ()
    more: int = 0


class MonitorRow(NamedTuple):
    """A monitor. Whatever is unknown is None.

    skew, latency: in seconds, compared with the leader; clock: the severity of the skew, such as
    HEALTH_WARN, empty if unknown; capacity, avail: of the file system with its data, in bytes;
    avail_percent: 0 to 100; store: size of its store in bytes.
    """

    name: str
    in_quorum: bool | None = None
    leader: bool = False
    skew: float | None = None
    latency: float | None = None
    clock: str = ""
    capacity: float | None = None
    avail: float | None = None
    avail_percent: float | None = None
    store: float | None = None


class Overview(NamedTuple):
    """What a person wants to know first. Whatever is unknown is None.

    total, used: raw space in bytes; pgs_clean: the number of PGs that are active and clean.
    """

    total: float | None = None
    used: float | None = None
    osds: int | None = None
    osds_up: int | None = None
    osds_in: int | None = None
    pgs: int | None = None
    pgs_clean: int | None = None
    monitors: tuple[MonitorRow, ...] = ()


class Report(NamedTuple):
    """The result of a poll, without the metrics.

    up: whether health or status is available; health: HEALTH_OK, for example, or None if unknown;
    api, url: the API and the URL that answered last; seconds: duration of the poll; ended: unix
    time; error: why the cluster is unreachable, empty if it is reachable; foreign: by URL, whether
    its last answer came from another cluster.
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
    overview: Overview = Overview()
