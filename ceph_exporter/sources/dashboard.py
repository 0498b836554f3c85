"""The REST API of the mgr dashboard of Ceph 14 to 21 (src/pybind/mgr/dashboard/).

A standby mgr redirects to the active mgr, at an address that the exporter may be unable to reach.
Therefore, redirects are not followed, and the next URL is tried instead.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.sources import dashboard_cephfs
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_cephfs import DashboardCephfs
from ceph_exporter.sources.dashboard_errors import detail, left_out, refusal
from ceph_exporter.sources.dashboard_forms import Forms
from ceph_exporter.sources.dashboard_login import ACCEPT, LoggedIn
from ceph_exporter.sources.dashboard_rbd import DashboardRbd
from ceph_exporter.sources.dashboard_rgw import DashboardRgw
from ceph_exporter.sources.foreign import ForeignAnswerError
from ceph_exporter.sources.http import Http, Response

# Endpoint -> the documents for which it is requested, in the order of the requests. `monitor` comes
# first because it is answered from memory, while the health endpoints wait for every iSCSI gateway.
# health/full contains everything in health/minimal, which is then skipped. `rgw/daemon` comes last
# because the first such request to a mgr of 16 waits for RGW.
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "monitor": ("quorum_status",),
    "logs/all": ("log last",),
    "health/full": (
        "osd dump",
        "osd tree",
        "osd metadata",
        "df detail",
        "mgr dump",
        "fs dump",
        "pg states",
    ),
    "health/minimal": ("health detail", "status"),
    "pool?stats=true": ("osd pool stats",),
    "osd": ("osd df", "osd perf"),
    "host": ("mon metadata", "mgr metadata", "mds metadata", "versions"),
    "daemon": ("orch ps",),
    "service": ("orch ls",),
    "host?sources=orchestrator": ("orch host ls",),
    "task": ("progress json",),
    "perf_counters": ("perf counters",),
    "summary": ("version",),
    "cephfs": ("fs status",),
    "rgw/daemon": ("service dump",),
}
_MINIMAL = "health/minimal"
_HOSTS = "host?sources=orchestrator"
_INCLUDES = {"health/full": frozenset(ENDPOINTS[_MINIMAL])}
# Requested while health/minimal fails. health/snapshot (Ceph 20 and later) has the checks without
# their details. The summary has only the overall status. It comes last because it may wait 5 s for
# RBD mirroring.
FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "health/snapshot": ENDPOINTS[_MINIMAL],
    "summary": ("status", "version"),
}
_LOGS = "logs/all"
_SNAPSHOT = "health/snapshot"
_PARTS = {
    ("summary", FALLBACKS["summary"]): "dashboard/summary/health",
    (_SNAPSHOT, ENDPOINTS[_LOGS]): "dashboard/health/snapshot/signs",
}
"""The wire formats of answers of which only a part is used, by endpoint and documents."""
SINCE: Mapping[str, str] = {"orch ps": "18", "orch ls": "15", "orch host ls": "15"}
"""By document, the first release that has its endpoint, if that is not 14."""
NO_ORCHESTRATOR = "Orchestrator is unavailable"
"""The `detail` of a 503 if the cluster has no orchestrator."""
_SERVICES = {"Accept": "application/vnd.ceph.api.v2.0+json"}
"""From 18 on, the list of services has this version."""
_SHARE = 0.75
"""The fraction of the remaining time that one endpoint may take."""
_OF_HEALTH = frozenset({_MINIMAL, "health/snapshot"})
_WAITING = _OF_HEALTH | {"health/full"}
_SHARES = {
    "health/snapshot": 0.5,  # it also waits for iSCSI gateways
    "rgw/daemon": 0.5,
}
_PAUSE = 60.0
"""Seconds before a health endpoint that hung is requested again. One dead iSCSI gateway makes it
hang for 45 s (iscsi_client.py), and each such request occupies a thread of the mgr."""
_PAUSE_OF = dict.fromkeys(_OF_HEALTH, _PAUSE) | {"rgw/daemon": 600.0}
"""The same by endpoint. An RGW that hangs usually does so for long."""

_ASIDES = (DashboardRgw, DashboardRbd, DashboardCephfs)
"""What the dashboard offers beside the polls, each over a connection of its own."""


class Dashboard:
    """Documents from the mgr dashboard at the URL of `http`, which includes its `url_prefix`."""

    api = "dashboard"
    releases = ("14", "")
    documents = frozenset().union(*ENDPOINTS.values(), *(aside.documents for aside in _ASIDES))

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.url = http.url
        self.asides = tuple(aside(http.twin, credentials) for aside in _ASIDES)
        self._session = LoggedIn(http, credentials)
        self._forms = Forms()
        self._unknown: set[str] = set()  # endpoints that this release does not have
        self._hung: dict[str, tuple[float, Answer]] = {}  # endpoint -> when to retry, last answer
        self._accept = _SERVICES  # of the list of services
        self._answered: Deadline | None = None  # of the last poll in which this URL answered

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request, once each, the endpoints that have a wanted document.

        After the first answer, each endpoint may take only a part of the remaining time. If one
        hangs, the endpoints after it can still be requested.
        """
        remaining = set(wanted)
        for endpoint, documents in ENDPOINTS.items():
            if remaining.isdisjoint(documents):
                continue
            if endpoint == _LOGS:
                answer = self._signs(documents, deadline)
            else:
                answer = self._answer(endpoint, documents, deadline)
            yield answer
            if answer.error is None:
                remaining -= _INCLUDES.get(endpoint, frozenset())
            elif not answer.error.of_document:
                raise answer.error
            elif endpoint == _MINIMAL:
                for other in self._other_health(deadline):
                    yield other
                    if other.error is None:
                        remaining.difference_update(other.documents)
            self._answered = deadline

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        for aside in self.asides:
            aside.close()

    def _signs(self, documents: tuple[str, ...], deadline: Deadline) -> Answer:
        """Request the cheapest endpoint that shows whether the state of the cluster has changed."""
        if _SNAPSHOT not in self._unknown:
            answer = self._answer(_SNAPSHOT, documents, deadline)
            if answer.error is None or not answer.error.of_document:
                return answer
            if answer.error.kind is ErrorKind.UNSUPPORTED:
                self._unknown.add(_SNAPSHOT)
        return self._answer(_LOGS, documents, deadline)

    def _other_health(self, deadline: Deadline) -> Iterator[Answer]:
        """Request the fallbacks until one answers; raise SourceError if the URL is unusable."""
        for endpoint, documents in FALLBACKS.items():
            if endpoint in self._unknown:
                continue
            answer = self._answer(endpoint, documents, deadline)
            error = answer.error
            if error is None:
                yield answer
                return
            if not error.of_document:
                raise error
            if error.kind is ErrorKind.UNSUPPORTED:
                self._unknown.add(endpoint)

    def _answer(self, endpoint: str, documents: tuple[str, ...], deadline: Deadline) -> Answer:
        """Request an endpoint. A health endpoint may wait for gateways, so its time is limited."""
        start = time.monotonic()
        until, last = self._hung.get(endpoint, (0.0, None))
        if last and start < until:
            return last._replace(seconds=0.0)
        alive = self._answered is deadline
        is_limited = alive or endpoint in _WAITING
        limit = deadline.part(_SHARES.get(endpoint, _SHARE)) if is_limited else deadline
        error, body = None, b""
        try:
            body = self._body(endpoint, partial(self._ask, deadline=limit))
        except SourceError as failure:
            hangs = is_limited and not limit.left and deadline.left
            error = SourceError(ErrorKind.FAILED, str(failure)) if hangs else failure
            if isinstance(failure, ForeignAnswerError) or (hangs and not alive):
                error = self._of_endpoint_or_url(failure, endpoint, deadline)
        wire_format = _PARTS.get((endpoint, documents), f"dashboard/{endpoint}")
        reasons = left_out(endpoint, self._session.user)
        answer = Answer(documents, wire_format, elapsed(start), body, error, reasons)
        hung = error is not None and error.of_document and not limit.left
        if hung and endpoint in _PAUSE_OF:
            self._hung[endpoint] = time.monotonic() + _PAUSE_OF[endpoint], answer
        return answer

    def _body(self, endpoint: str, ask: Callable[[str], Response]) -> bytes:
        if endpoint == dashboard_cephfs.LIST:
            return dashboard_cephfs.states(ask)
        body = self._forms.get(endpoint, ask)
        if endpoint == _HOSTS and body.strip() == b"[]":
            # The other endpoints answer with 503. An orchestrator has at least one host.
            raise SourceError(ErrorKind.UNSUPPORTED, f"/api/{endpoint}: {NO_ORCHESTRATOR}")
        return body

    def _of_endpoint_or_url(
        self, failure: SourceError, endpoint: str, deadline: Deadline
    ) -> SourceError:
        """Return the error of the endpoint or, if the dashboard is down, the error of the URL.

        A foreign or missing answer may mean no more than that a proxy gave up on one slow endpoint.
        To find out, request /api/monitor, which the dashboard answers from memory.
        """
        if endpoint == "monitor":
            return failure
        try:
            self._ask("monitor", deadline)
        except SourceError as error:
            if not error.of_document:
                return failure
        return SourceError(ErrorKind.FAILED, str(failure))

    def _response(self, endpoint: str, deadline: Deadline) -> Response:
        if endpoint.partition("?")[0] != "service":
            return self._session.ask(endpoint, deadline)
        response = self._session.ask(endpoint, deadline, self._accept)
        if response.status == 415:
            self._accept = ACCEPT if self._accept is _SERVICES else _SERVICES
            response = self._session.ask(endpoint, deadline, self._accept)
        return response

    def _ask(self, endpoint: str, deadline: Deadline) -> Response:
        response = self._response(endpoint, deadline)
        if response.status == 200:
            return response
        # Every release has the endpoints of health and quorum, so a 404 for them is a failure.
        gone = response.status == 404 and endpoint not in (_MINIMAL, "health/full", "monitor")
        gone = gone or (response.status == 503 and detail(response) == NO_ORCHESTRATOR)
        raise refusal(endpoint, response, self._session.user, unknown=gone)
