"""The forms of a request to the dashboard: which parameters the release at a URL accepts.

Sources: src/pybind/mgr/dashboard/controllers/host.py and osd.py of 14 to 20, and their answers with
an orchestrator, without one, and with one that fails.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Response

Ask: TypeAlias = Callable[[str], Response]

# endpoint -> its forms, best first. With an orchestrator, `host` of 18 and later lists the
# orchestrator's hosts without daemons unless the source is named. 20 asks the orchestrator for
# instances even so, and fails if that fails, unless they are left out; on 16 and 18 that parameter
# is an error. 14 has no parameters.
FORMS: Mapping[str, tuple[str, ...]] = {
    "host": ("?sources=ceph", "?sources=ceph&include_service_instances=false", ""),
}
# From 18 on, a list has only its first rows unless all are requested; before, it has no parameters.
PAGED = frozenset({"osd", "host"})
_ALL_ROWS = "offset=0&limit=-1"
_SHORTEST_PAGE = 5


class Forms:
    """The forms that one URL accepts, found out by asking."""

    def __init__(self) -> None:
        self._accepted: dict[str, str] = {}
        self._cut: set[str] = set()

    def get(self, endpoint: str, ask: Ask) -> bytes:
        """Return the answer to the first form of an endpoint that is accepted.

        That form is the first one the next time. If all fail, raise the first error.
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
                if endpoint in FORMS and _lists_daemons(body):
                    self._accepted[endpoint] = form
                return body
        raise errors[0]

    def _rows(self, endpoint: str, form: str, ask: Ask) -> bytes:
        """Return all rows of a list."""
        if endpoint not in self._cut:
            response = ask(endpoint + form)
            if endpoint not in PAGED or not _may_be_cut(response):
                return response.body
            self._cut.add(endpoint)
        return ask(f"{endpoint}{form}{'&' if form else '?'}{_ALL_ROWS}").body


class _Host(msgspec.Struct):
    services: tuple[msgspec.Raw, ...] = ()


_hosts = Decoder(tuple[_Host, ...])


def _lists_daemons(body: bytes) -> bool:
    """Return whether the answer of `host` has daemons, which the orchestrator's hosts lack."""
    try:
        return any(host.services for host in _hosts(body))
    except DecodeError:
        return False


def _may_be_cut(response: Response) -> bool:
    """Return whether a list may be incomplete: it has more rows than the shortest page."""
    total = response.headers.get("x-total-count", "")
    return total.isdecimal() and int(total) > _SHORTEST_PAGE
