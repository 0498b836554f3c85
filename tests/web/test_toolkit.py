"""exporter-toolkit's own test cases, in our words: each is treated alike, or more strictly.

The cases are those of web/testdata and web/tls_config_test.go at commit 19a7c2d. Which are refused
here although the toolkit accepts them, and why, is in the table of docs/web.md.
"""

import ssl
from pathlib import Path
from typing import NamedTuple

import pytest

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web.security import Watched
from testbed.client import ask
from tests.web.certificates import Certificates, self_signed
from tests.web.serving import serving

FILES = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"
OPTIONAL = FILES + "  client_auth_type: VerifyClientCertIfGiven\n"
REQUIRED = FILES + "  client_auth_type: RequireAndVerifyClientCert\n"
USERS = """basic_auth_users:
  alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby
  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.
"""
ECDHE = [
    f"TLS_ECDHE_{key}_WITH_{cipher}"
    for key in ("ECDSA", "RSA")
    for cipher in (
        "AES_128_GCM_SHA256",
        "AES_256_GCM_SHA384",
        "CHACHA20_POLY1305_SHA256",
        "AES_128_CBC_SHA",
        "AES_256_CBC_SHA",
    )
]
TLS13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]


def suites(*names: str) -> str:
    """Return the key with a list of suites."""
    return "  cipher_suites:\n" + "".join(f"  - {name}\n" for name in names)


class Case(NamedTuple):
    """A file, whether the toolkit accepts it, and the error here, if there is one."""

    text: str
    accepted: bool = True
    error: str = ""


CASES = {
    "empty": Case(""),
    "junk": Case("hWkNKCp3fvIx3jKnsaBI\nTuEjdwNS8A2vYdFbiKqr\n", False, "expected a mapping"),
    "junk_key": Case("tls_server_config:\n  cert_filse: x\n", False, "unknown field `cert_filse`"),
    "certPath_empty": Case(
        "tls_server_config:\n  cert_file: ''\n  key_file: server.key\n",
        False,
        "cert_file: expected",
    ),
    "cert_empty": Case(
        "tls_server_config:\n  cert: ''\n  key_file: server.key\n",
        False,
        "cert_file: expected a PEM",
    ),
    "keyPath_empty": Case(
        "tls_server_config:\n  cert_file: server.crt\n  key_file: ''\n", False, "key_file: expected"
    ),
    "key_empty": Case(
        "tls_server_config:\n  cert_file: server.crt\n  key: ''\n",
        False,
        "key_file: expected a PEM",
    ),
    "certPath_keyPath_empty": Case(
        "tls_server_config:\n  cert_file: ''\n  key_file: ''\n  client_auth_type: x\n",
        False,
        "cert_file: expected a PEM file",
    ),
    "certPath_invalid": Case(
        "tls_server_config:\n  cert_file: somefile\n  key_file: server.key\n", False, "No such file"
    ),
    "keyPath_invalid": Case(
        "tls_server_config:\n  cert_file: server.crt\n  key_file: somefile\n", False, "No such file"
    ),
    "noAuth.bad": Case(
        FILES + "  client_ca_file: /dev/null\n", False, "client_auth_type: expected"
    ),
    "clientCAs_invalid": Case(FILES + "  client_ca_file: somefile\n", False, "No such file"),
    "clientCAs_missing": Case(REQUIRED),
    "user_list_invalid": Case(
        FILES + "basic_auth_users:\n  john: doe\n", False, "expected the bcrypt hash"
    ),
    "users": Case(FILES + USERS),
    "users_noTLS": Case(USERS),
    "noAuth.good": Case(OPTIONAL),
    "noAuth.good.blocking": Case(REQUIRED),
    "allCiphers": Case(OPTIONAL + suites(*ECDHE, *TLS13)),
    "someCiphers": Case(
        OPTIONAL + suites(ECDHE[5], ECDHE[6]) + "  min_version: TLS12\n  max_version: TLS12\n"
    ),
    "someCiphers_noOrder": Case(
        OPTIONAL
        + suites(ECDHE[6], ECDHE[5])
        + "  prefer_server_cipher_suites: false\n  min_version: TLS12\n  max_version: TLS12\n"
    ),
    "inventedCiphers": Case(
        OPTIONAL + suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048"), False, "unknown cipher suite"
    ),
    "RSA key exchange, which Go has dropped": Case(
        OPTIONAL + suites("TLS_RSA_WITH_AES_128_GCM_SHA256"), False, "unknown cipher suite"
    ),
    "noHTTP2": Case(
        OPTIONAL + suites(ECDHE[6]) + "  max_version: TLS12\nhttp_server_config:\n  http2: false\n"
    ),
    "someCurves": Case(OPTIONAL + "  min_version: TLS13\n  curve_preferences:\n  - CurveP521\n"),
    "allCurves": Case(
        OPTIONAL + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n",
        True,
        "only one curve",
    ),
    "inventedCurves": Case(
        OPTIONAL + "  curve_preferences:\n    - CurveP257\n",
        False,
        "curve_preferences[0]: expec",
    ),
    "wrongTLSVersion": Case(OPTIONAL + "  min_version: TLS111\n", False, "expected TLS12 or TLS13"),
    "requireanyclientcert": Case(
        FILES + "  client_auth_type: RequireAnyClientCert\n", True, "does not verify certificates"
    ),
    "headers": Case(
        """http_server_config:
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Content-Security-Policy: "default-src 'self' *.test.example.net"
"""
    ),
    "headers_content_type_options": Case(
        "http_server_config:\n  headers:\n    X-Content-Type-Options: sniff\n", False, "nosniff"
    ),
    "headers_frame_options": Case(
        "http_server_config:\n  headers:\n    X-Frame-Options: foo\n", False, "deny or sameorigin"
    ),
    "headers_extra_header": Case(
        "http_server_config:\n  headers:\n    Content-Type: foo\n", False, "cannot be set"
    ),
    "rate_limiter_nonblocking": Case("rate_limit:\n  interval: 0\n  burst: 0\n"),
    "rate_limiter_one_second": Case(
        'rate_limit:\n  interval: "1s"\n  burst: 0\n', True, "expected 1 or more"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_toolkits_files(certificates: Certificates, case: Case) -> None:
    """What the toolkit refuses is refused; of what it accepts, an error says why it is not."""
    file = certificates.folder / "web.yml"
    file.write_text(case.text)
    assert case.accepted or case.error
    if not case.error:
        assert Watched(str(file))() is not None
        return
    with pytest.raises(ConfigError) as caught:
        Watched(str(file))
    assert case.error in str(caught.value)


def test_the_toolkits_headers_are_sent(tmp_path: Path) -> None:
    """A number is sent as it is written, a block without its line breaks, a blank not at all."""
    file = tmp_path / "web.yml"
    file.write_text(
        "http_server_config:\n  headers:\n    X-XSS-Protection: 01\n    X-Frame-Options:\n"
        "    Content-Security-Policy: |\n      default-src 'self';\n      img-src *\n"
        "    Strict-Transport-Security: >-\n      max-age=1;\n      preload\n"
    )
    with serving(Watched(str(file))) as port:
        headers = ask(port, "/short").headers
    assert headers["x-xss-protection"] == "01"
    assert headers["content-security-policy"] == "default-src 'self'; img-src *"
    assert headers["strict-transport-security"] == "max-age=1; preload"
    assert "x-frame-options" not in headers


def test_a_pinned_certificate_is_accepted(certificates: Certificates) -> None:
    """A self-signed certificate that is its own client CA is accepted; another's is not."""
    mine, other = (self_signed(certificates.folder, name) for name in ("one", "two"))
    file = certificates.folder / "web.yml"
    file.write_text(REQUIRED + f"  client_ca_file: {mine}\n  client_allowed_sans: [one, three]\n")

    def client(pem: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=certificates.ca_file)
        context.load_cert_chain(pem)
        return context

    with serving(Watched(str(file))) as port:
        assert ask(port, "/short", tls=client(mine)).status == 200
        with pytest.raises(OSError):  # noqa: PT011 - TLS 1.3 reports it late, in several ways
            ask(port, "/short", tls=client(other))
        file.write_text(REQUIRED + f"  client_ca_file: {mine}\n  client_allowed_sans: [bad]\n")
        with pytest.raises(OSError):  # noqa: PT011
            ask(port, "/short", tls=client(mine))


@pytest.mark.parametrize("trusted", ["intermediate", "leaf"])
def test_part_of_a_chain_is_trusted(certificates: Certificates, trusted: str) -> None:
    """An intermediate CA without its root, or a leaf of a CA, may be the client CA, as in Go."""
    intermediate = certificates.ca.create_child_ca()
    issued = intermediate.issue_cert("prometheus.example")
    pem = certificates.folder / "leaf.pem"
    pem.write_bytes(issued.private_key_pem.bytes() + issued.cert_chain_pems[0].bytes())
    anchor = intermediate.cert_pem if trusted == "intermediate" else issued.cert_chain_pems[0]
    anchor.write_to_path(str(certificates.folder / "anchor.pem"))
    file = certificates.folder / "web.yml"
    file.write_text(REQUIRED + "  client_ca_file: anchor.pem\n")
    right, wrong = (ssl.create_default_context(cafile=certificates.ca_file) for _ in "ab")
    right.load_cert_chain(pem)
    wrong.load_cert_chain(certificates.client_file)  # of the root, which is not trusted
    with serving(Watched(str(file))) as port:
        assert ask(port, "/short", tls=right).status == 200
        with pytest.raises(OSError):  # noqa: PT011
            ask(port, "/short", tls=wrong)


def test_text_around_pem_blocks_is_ignored(certificates: Certificates) -> None:
    """Comments in any language, other blocks and a byte order mark leave the certificates valid."""
    cert, key, ca = certificates.cert_file, certificates.key_file, certificates.ca_file
    around = (
        "\ufeff# Zertifikat für Köln\nsubject=CN\n{}\n-----BEGIN X-----\nYQ==\n-----END X-----\n"
    )
    both = cert.read_text() + key.read_text()
    for file, text in ((cert, both), (key, both), (ca, ca.read_text())):
        file.write_text(around.format(text), encoding="utf-8")
    (certificates.folder / "web.yml").write_text(REQUIRED + "  client_ca_file: ca.pem\n")
    client = ssl.create_default_context(
        cadata=ca.read_text().split("\n", 2)[2].split("-----BEGIN X")[0]
    )
    client.load_cert_chain(certificates.client_file)
    with serving(Watched(str(certificates.folder / "web.yml"))) as port:
        assert ask(port, "/short", tls=client).status == 200


def test_without_a_list_only_good_suites_are_offered(certificates: Certificates) -> None:
    """Without cipher_suites there is forward secrecy and authenticated encryption, as in Go."""
    (certificates.folder / "web.yml").write_text(FILES)
    context = Watched(str(certificates.folder / "web.yml"))().context
    assert context is not None
    names = [cipher["name"] for cipher in context.get_ciphers()]
    assert names
    assert all(name.startswith(("ECDHE-", "TLS_")) for name in names)
    assert all("GCM" in name or "CHACHA20" in name for name in names)
