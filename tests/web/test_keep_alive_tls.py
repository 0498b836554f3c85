"""Connections over TLS that serve several requests."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.web.connections import Connections
from ceph_exporter.web.security import Watched
from tests.web.serving import LONG, serving

if TYPE_CHECKING:
    from tests.web.certificates import Certificates


def test_scrapes_over_tls_share_a_handshake(certificates: Certificates) -> None:
    """One handshake serves many requests; a new certificate ends the connection, not the scrape."""
    web = certificates.folder / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.crt, key_file: server.key}")
    tls = ssl.create_default_context(cafile=certificates.ca_file)
    with serving(Watched(str(web))) as port:
        client = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=tls)
        client.connect()
        sock = client.sock

        def get() -> bytes:
            client.request("GET", "/long")
            with client.getresponse() as reply:
                return reply.read()

        assert [get() for _ in range(5)] == [LONG] * 5
        assert client.sock is sock
        certificates.renew()
        with pytest.raises(http.client.RemoteDisconnected):
            get()
        assert get() == LONG  # as Prometheus does, on a new connection
        client.close()


def test_a_cut_connection_never_goes_on_without_encryption() -> None:
    """Cutting a TLS connection from another thread keeps its encryption: nothing is sent plain."""
    ours, theirs = socket.socketpair()
    context = ssl.create_default_context()
    secured = context.wrap_socket(ours, server_hostname="x", do_handshake_on_connect=False)
    connections = Connections()
    slot = connections.add(ours, 2)
    assert slot is not None
    connections.secured(slot, secured)
    cutting = threading.Thread(target=connections.close, args=(0,))
    cutting.start()
    cutting.join(20)
    assert vars(secured)["_sslobj"] is not None
    with pytest.raises((BrokenPipeError, ssl.SSLError)):
        secured.sendall(b"secret")
    secured.close()
    with theirs:
        assert b"secret" not in theirs.recv(100)
