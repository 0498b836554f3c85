"""Certificates for the tests of the web part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
import trustme

if TYPE_CHECKING:
    from pathlib import Path


class Certificates(NamedTuple):
    """A CA, a server's certificate and key, a client's in one file, in a folder."""

    folder: Path
    ca: trustme.CA
    ca_file: Path
    cert_file: Path
    key_file: Path
    client_file: Path

    def renew(self, *names: str) -> None:
        """Put a new certificate and key in place of the server's."""
        write(self.ca, self.cert_file, self.key_file, names or ("127.0.0.1",))


def write(ca: trustme.CA, cert_file: Path, key_file: Path, names: tuple[str, ...]) -> None:
    """Issue a certificate to files."""
    issued = ca.issue_cert(*names)
    key_file.write_bytes(issued.private_key_pem.bytes())
    cert_file.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Make certificates in a folder of their own."""
    ca = trustme.CA()
    made = Certificates(
        tmp_path,
        ca,
        tmp_path / "ca.pem",
        tmp_path / "server.crt",
        tmp_path / "server.key",
        tmp_path / "client.pem",
    )
    ca.cert_pem.write_to_path(str(made.ca_file))
    made.renew()
    client = ca.issue_cert("prometheus.example", "scraper@example", "2001:db8::1")
    made.client_file.write_bytes(client.private_key_and_cert_chain_pem.bytes())
    return made
