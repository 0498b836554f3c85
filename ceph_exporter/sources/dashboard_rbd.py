"""RBD's images and mirroring over the dashboard, which reads them from the pools and may hang.

Sources: controllers/rbd.py and rbd_mirroring.py of 14 to 20. The dashboard opens each image for the
list, which takes about 40 ms of the mgr, so the list is requested in pages.
"""

import time
from collections.abc import Callable, Mapping

import msgspec

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.aside import LIMIT
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_aside import DashboardAside, formats_of
from ceph_exporter.sources.http import Http, Response

_IMAGES = "block/image"
_MIRRORING = "block/mirroring/summary"
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    _MIRRORING: ("service status",),  # first, because the list of images may take long
    _IMAGES: ("rbd images",),
}
_ACCEPT = {"Accept": "application/vnd.ceph.api.v2.0+json"}
"""Since late releases of 16 the list of images has this version and pages."""
_PAGE = 100
_PAUSE = 1800.0
"""Seconds before a list that would take too long is requested again."""

_rows = Decoder(tuple[msgspec.Raw, ...])


class DashboardRbd(DashboardAside):
    """The documents about RBD from the dashboard, over a connection of its own."""

    about = "RBD"
    many = "images"
    formats = formats_of(ENDPOINTS)
    documents = frozenset(formats)

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        super().__init__(connect, credentials)
        self._has_pages = True
        self._too_many: tuple[float, str] | None = None  # until when, and why

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request a document; raise SourceError if it is unavailable."""
        if document == "rbd images":
            return self._images(deadline)
        return self._body(_MIRRORING, self._ask(_MIRRORING, deadline))

    def _images(self, deadline: Deadline) -> bytes:
        """Return the pages as one list; the list without pages of early releases as it is."""
        if self._too_many and time.monotonic() < self._too_many[0]:
            raise SourceError(ErrorKind.UNSUPPORTED, self._too_many[1])
        rows: list[msgspec.Raw] = []
        offset, total, start = 0, 1, time.monotonic()
        while offset < total:
            response = self._page(offset, deadline)
            if not self._has_pages:
                return response.body
            try:
                rows += _rows(self._body(_IMAGES, response))
            except DecodeError as error:
                raise SourceError(ErrorKind.FAILED, f"/api/{_IMAGES}: {error}") from None
            count = response.headers.get("x-total-count", "")
            total = int(count) if count.isdecimal() and len(count) < 10 else 0
            offset += _PAGE
            self._check_time(total, offset, elapsed(start), deadline)
        return b"[" + b",".join(map(bytes, rows)) + b"]"

    def _page(self, offset: int, deadline: Deadline) -> Response:
        if self._has_pages:
            page = f"{_IMAGES}?offset={offset}&limit={_PAGE}"
            response = self._ask(page, deadline, _ACCEPT)
            if response.status not in (404, 415) or offset:
                return response
        response = self._ask(_IMAGES, deadline)
        self._has_pages = response.status != 200
        return response

    def _check_time(self, total: int, listed: int, seconds: float, deadline: Deadline) -> None:
        """Raise SourceError if the images that are not listed take longer than there is time."""
        whole = seconds * total / listed
        if whole - seconds <= deadline.left:
            return
        if whole <= LIMIT:
            text = f"/api/{_IMAGES}: the list of all {total} images takes about {whole:.0f} s"
            raise SourceError(ErrorKind.FAILED, text)
        text = (
            f"/api/{_IMAGES}: the list of all {total} images would take the mgr about "
            f"{whole:.0f} s, so it is not requested"
        )
        self._too_many = time.monotonic() + _PAUSE, text
        raise SourceError(ErrorKind.UNSUPPORTED, text)
