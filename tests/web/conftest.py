"""Certificates for the tests of the web part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from tests.web.certificates import Certificates

if TYPE_CHECKING:
    from pathlib import Path


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
