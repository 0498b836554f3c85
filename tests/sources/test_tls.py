"""TLS: which certificates are trusted, and the errors about others."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, Tls, connect
from ceph_exporter.sources.http import Http
from tests.sources.authority import Authority
from tests.sources.failing import fail
from tests.sources.faulty import Behaviour, Connection, Reply, answering, serve

PLAIN = answering(lambda _: Reply(200, b"{}"))


def drip_body(connection: Connection) -> None:
    """Drip a body of known length."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    connection.drip(b"x" * 1000)


def get(url: str, tls: Tls) -> int:
    """Make one request and return the status."""
    http = Http(url, tls=tls)
    status = http.request("GET", "/x", Deadline(30)).status
    http.close()
    return status


def test_a_certificate_of_the_named_ca_is_trusted(authority: Authority) -> None:
    """With ca_file, the CA of the cluster is trusted."""
    with serve(PLAIN, authority.server("127.0.0.1")) as server:
        assert get(server.url, Tls(authority.file)) == 200


def test_an_unknown_ca_is_refused_with_the_flag_that_helps(authority: Authority) -> None:
    """Without ca_file, the CA of a private cluster is unknown."""
    with serve(PLAIN, authority.server("127.0.0.1")) as server:
        error = fail(Http(server.url))
        assert server.requests == []
    assert error.kind is ErrorKind.UNTRUSTED
    assert "signed by an unknown CA; pass the CA's certificate to --cluster.ca-file" in str(error)


def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    """A certificate that expired yesterday is not trusted, and the error says so."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with serve(PLAIN, authority.server("127.0.0.1", expires=yesterday)) as server:
        error = fail(Http(server.url, tls=Tls(authority.file)))
        assert server.requests == []
    assert "the server's certificate has expired; renew it" in str(error)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_for_another_name_is_refused(authority: Authority, host: str) -> None:
    """A certificate of the same CA for another host is not trusted, by address or by name."""
    with serve(PLAIN, authority.server("mgr2.example")) as server:
        error = fail(Http(f"https://{host}:{server.port}", tls=Tls(authority.file)))
        assert server.requests == []
    assert "the server's certificate is for another name; use that name in the URL" in str(error)


def test_a_self_signed_certificate_has_its_own_reason(authority: Authority) -> None:
    """A certificate of `ceph dashboard create-self-signed-cert` is reported as self-signed."""
    own = authority.server("127.0.0.1")
    chain = Path(authority.file).with_name("chain.pem")
    leaf = authority.ca.issue_cert("127.0.0.1")
    pem = leaf.private_key_and_cert_chain_pem.bytes() + authority.ca.cert_pem.bytes()
    chain.write_bytes(pem)
    own.load_cert_chain(str(chain))
    with serve(PLAIN, own) as server:
        error = fail(Http(server.url))
    assert "the server's certificate is self-signed; pass it to --cluster.ca-file" in str(error)


def test_verification_can_be_switched_off(authority: Authority) -> None:
    """With insecure_skip_verify, neither CA nor name matters."""
    with serve(PLAIN, authority.server("mgr2.example")) as server:
        assert get(server.url, Tls(insecure_skip_verify=True)) == 200


def bad_request(connection: Connection) -> None:
    """Answer any data in plain HTTP."""
    connection.wire_format.recv(65536)
    connection.send(b"HTTP/1.0 400 Bad request\r\n\r\n")


def hang_up(connection: Connection) -> None:
    """Read the request and close."""
    connection.wire_format.recv(65536)


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (bad_request, "the server does not speak TLS here; use http:// or another port"),
        (hang_up, "the server closed the connection during the TLS handshake; use http:// if"),
    ],
)
def test_plain_http_where_tls_is_expected_says_so(behave: Behaviour, expected: str) -> None:
    """For an https:// URL of a server without TLS, which answers or closes, the error says http://."""
    with serve(behave) as server:
        error = fail(Http(server.url.replace("http", "https")))
    assert expected in str(error)


def test_tls_where_plain_http_is_expected_says_so(authority: Authority) -> None:
    """For an http:// URL of a server with TLS, which closes or resets, the error says https://."""
    with serve(PLAIN, authority.server("127.0.0.1")) as server:
        error = fail(Http(server.url.replace("https", "http")))
    assert re.search(
        r"; (use https:// if the URL has http://|check whether the URL needs http:// or https://)$",
        str(error),
    )


def test_a_body_that_is_dripped_inside_tls_is_cut_off(authority: Authority) -> None:
    """The deadline also applies to the connection below TLS."""
    with serve(drip_body, authority.server("127.0.0.1")) as server:
        start = time.monotonic()
        error = fail(Http(server.url, tls=Tls(authority.file)), 0.7)
        assert time.monotonic() - start > 0.6
    assert "no complete answer in time" in str(error)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), ("hello", "it contains no certificate")]
)
def test_a_ca_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    """A CA file that was removed or contains no certificate is an error of the configuration."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SourceError, match=f"tls.ca_file. {file}: {reason}") as caught:
        connect("auto", "https://127.0.0.1:9", Tls(str(file)), Credentials(), Deadline(30))
    assert caught.value.kind is ErrorKind.REFUSED
