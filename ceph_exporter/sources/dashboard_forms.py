"""The query parameters of a request to the dashboard, which depend on the release.

Sources: src/pybind/mgr/dashboard/controllers/host.py and osd.py of Ceph 14 to 20, and observed
answers with an orchestrator, without one, and with one that fails.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Response

Ask: TypeAlias = Callable[[str], Response]

# Endpoint -> its query strings ("forms"), best first. With an orchestrator, `host` of Ceph 18 and
# later lists the orchestrator's hosts without daemons, except with sources=ceph. Even with that, 20
# asks the orchestrator for service instances, and fails if the orchestrator fails. The parameter
# include_service_instances=false prevents that, but 16 and 18 reject it. 14 has no parameters.
# With sources=orchestrator, the parameter saves the list of daemons that is made for each host.
FORMS: Mapping[str, tuple[str, ...]] = {
    "host": ("?sources=ceph", "?sources=ceph&include_service_instances=false", ""),
    "host?sources=orchestrator": ("&include_service_instances=false", ""),
}
# From Ceph 18 on, these lists contain only the first rows unless all rows are requested. Before,
# they are complete and have no parameters.
PAGED = frozenset({"osd", "host", "service", "host?sources=orchestrator"})
_ALL_ROWS = "offset=0&limit=-1"
_SHORTEST_PAGE = 5


class Forms:
    """The forms that the dashboard at one URL has accepted."""

    def __init__(self) -> None:
        self._accepted: dict[str, str] = {}
        self._incomplete: set[str] = set()  # endpoints that return all rows only on request

    def get(self, endpoint: str, ask: Ask) -> bytes:
        """Return the answer to the first form of an endpoint that the dashboard accepts.

        The next time, that form is tried first. If all forms fail, raise the first error.
        """
        forms = FORMS.get(endpoint, ("",))
        errors = []
        for form in dict.fromkeys((self._accepted.get(endpoint, forms[0]), *forms)):
            try:
                body = self._rows(endpoint, form, ask)
            except SourceError as error:
                if error.kind not in (ErrorKind.FAILED, ErrorKind.UNSUPPORTED):
                    raise
                errors.append(error)
            else:
                if endpoint in FORMS and (endpoint != "host" or _lists_daemons(body)):
                    self._accepted[endpoint] = form
                return body
        raise errors[0]

    def _rows(self, endpoint: str, form: str, ask: Ask) -> bytes:
        """Return all rows of a list."""
        if endpoint not in self._incomplete:
            response = ask(endpoint + form)
            if endpoint not in PAGED or not _may_be_incomplete(response):
                return response.body
            self._incomplete.add(endpoint)
        separator = "&" if "?" in endpoint + form else "?"
        return ask(f"{endpoint}{form}{separator}{_ALL_ROWS}").body


class _Host(msgspec.Struct):
    services: tuple[msgspec.Raw, ...] = ()


_hosts = Decoder(tuple[_Host, ...])


def _lists_daemons(body: bytes) -> bool:
    """Return whether the answer of `host` lists daemons; the orchestrator's list has none."""
    try:
        return any(host.services for host in _hosts(body))
    except DecodeError:
        return False


def _may_be_incomplete(response: Response) -> bool:
    """Return whether a list has more rows than the shortest page, so some may be missing."""
    total = response.headers.get("x-total-count", "")
    return total.isdecimal() and int(total) > _SHORTEST_PAGE
