"""A CA for the tests of TLS."""

import ssl
from datetime import UTC, datetime
from typing import NamedTuple

import trustme


class Authority(NamedTuple):
    """A CA that no system trusts, and the file with its certificate."""

    ca: trustme.CA
    file: str

    def server(self, *names: str, expires: datetime | None = None) -> ssl.SSLContext:
        """Return the context of a server with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        start = datetime(2000, 1, 1, tzinfo=UTC) if expires else None
        self.ca.issue_cert(*names, not_before=start, not_after=expires).configure_cert(context)
        return context
