"""The web configuration file: what it accepts, and the errors for everything else."""

import subprocess
import sys
from pathlib import Path

import bcrypt
import pytest
import trustme

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web import tls
from ceph_exporter.web.config import load
from ceph_exporter.web.security import Watched
from tests.web.certificates import Certificates, write

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
FILES = "tls_server_config: {cert_file: server.crt, key_file: server.key"
SUITES = [*tls._CIPHERS, *tls._TLS13]
STRICT = "client_auth_type: RequireAndVerifyClientCert"

GOOD = {
    "an empty file": "",
    "nothing but comments": "# nothing\n---\n",
    "sections without values": "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
    "certificate and key": FILES + "}",
    "keys without values": FILES + ", client_ca_file: , min_version: }",
    "client certificates of the system's CAs": FILES
    + ", client_auth_type: VerifyClientCertIfGiven}",
    "client certificates of a CA": FILES + f", {STRICT}, client_ca_file: ca.pem}}",
    "no client certificates": FILES + ", client_auth_type: NoClientCert}",
    "allowed names": FILES
    + f", {STRICT}, client_ca_file: ca.pem, client_allowed_sans: [a.example]}}",
    "all suites": FILES + f", cipher_suites: [{', '.join(SUITES)}]}}",
    "suites of TLS 1.3 only": FILES + ", cipher_suites: [TLS_AES_128_GCM_SHA256]}",
    "the client's order": FILES + ", prefer_server_cipher_suites: false}",
    "one curve": FILES + ", curve_preferences: [CurveP521]}",
    "another curve": FILES + ", curve_preferences: [X25519]}",
    "suites that HTTP/2 forbids": FILES
    + ", cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}\nhttp_server_config: {http2: false}",
    "one version": FILES + ", min_version: TLS13, max_version: TLS13}",
    "all headers": """http_server_config:
  headers:
    Strict-Transport-Security: max-age=31536000
    X-Content-Type-Options: nosniff
    X-Frame-Options: deny
    X-XSS-Protection: 1; mode=block
    Content-Security-Policy: "default-src 'self'"
""",
    "blank headers": "http_server_config: {headers: {X-Frame-Options: , X-XSS-Protection: ''}}",
    "a header as a block": """http_server_config:
  headers:
    Content-Security-Policy: |
      default-src 'self';
      img-src *
""",
    "users": f"basic_auth_users: {{alice: {HASH}, bob: '$2y$10${'a' * 53}'}}",
    "numbers as names": f"basic_auth_users: {{123: {HASH}, 0x1F: {HASH}, 2026-01-02: {HASH}}}",
    "a hash as a block": f"basic_auth_users:\n  alice: |\n    {HASH}\n",
    "a rate limit": "rate_limit: {interval: 1.5s, burst: 3}",
    "no rate limit": "rate_limit: {interval: 0, burst: 0}",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_valid_files_are_accepted(certificates: Certificates, text: str) -> None:
    """Every key of the format is accepted; paths are relative to the directory of the file."""
    file = certificates.folder / "web.yml"
    file.write_text(text)
    assert (Watched(str(file))().context is not None) == text.startswith("tls_server_config: {")


T = "tls_server_config"
H = "http_server_config"
BAD = {
    "junk": ("hogwash", "expected a mapping"),
    "not YAML": ("a: [", "not YAML: "),
    "unknown section": ("tls_config: {}", "object contains unknown field `tls_config`"),
    "unknown key": (FILES + ", cert_path: x}", f"{T}: object contains unknown field `cert_path`"),
    "a key twice": ("rate_limit:\nrate_limit:\n", "duplicate key rate_limit (line 2, column 1)"),
    "a section of the wrong type": (f"{T}: [1]", f"{T}: expected `object`, got `array`"),
    "no certificate": (f"{T}: {{key_file: server.key}}", f"{T}.cert_file: expected a PEM file"),
    "an empty certificate": (f"{T}: {{cert: '', key: x}}", f"{T}.cert_file: expected a PEM file"),
    "no key": (f"{T}: {{cert_file: server.crt}}", f"{T}.key_file: expected a PEM file"),
    "neither": (f"{T}: {{client_auth_type: NoClientCert}}", f"{T}.cert_file: expected a PEM"),
    "both": (FILES + ", cert: x}", f"{T}.cert_file: cannot be combined with cert; remove one"),
    "no such certificate": (
        f"{T}: {{cert_file: no.crt, key_file: server.key}}",
        "no.crt: No such file or directory",
    ),
    "no such key": (
        f"{T}: {{cert_file: server.crt, key_file: no.key}}",
        "no.key: No such file or directory",
    ),
    "an invalid file name": (f'{T}: {{cert_file: "a\\0b", key: x}}', "not a valid file name"),
    "no such CA": (FILES + f", {STRICT}, client_ca_file: no.pem}}", "no.pem: No such file"),
    "no certificate in a file": (
        f"{T}: {{cert_file: server.key, key_file: server.key}}",
        f"{T}.cert_file: expected certificates in PEM form",
    ),
    "no key in a file": (
        f"{T}: {{cert_file: server.crt, key_file: ca.pem}}",
        f"{T}.key_file: expected a private key in PEM form",
    ),
    "another's key": (
        f"{T}: {{cert_file: server.crt, key_file: client.pem}}",
        f"{T}.key_file: the key does not belong to the certificate; expected its private key",
    ),
    "no certificate in a CA": (
        FILES + f", {STRICT}, client_ca_file: server.key}}",
        f"{T}.client_ca_file: expected certificates in PEM form",
    ),
    "a CA without a policy": (
        FILES + ", client_ca_file: ca.pem}",
        f"{T}.client_auth_type: expected VerifyClientCertIfGiven or Require",
    ),
    "an invented policy": (
        FILES + ", client_auth_type: Trust}",
        f"{T}.client_auth_type: expected one of NoClientCert, VerifyClientCertIfGiven, ",
    ),
    "certificates requested but not verified": (
        FILES + ", client_auth_type: RequireAnyClientCert}",
        f"{T}.client_auth_type: RequireAnyClientCert does not verify certificates",
    ),
    "allowed names of optional certificates": (
        FILES + ", client_auth_type: VerifyClientCertIfGiven, client_allowed_sans: [a]}",
        f"{T}.client_allowed_sans: needs certificates from all clients; set client_auth_type Req",
    ),
    "an invented suite": (
        FILES + ", cipher_suites: [TLS_RSA_WITH_RC4]}",
        f"{T}.cipher_suites[0]: unknown cipher suite 'TLS_RSA_WITH_RC4'; expected a name of Go's",
    ),
    "no suite for TLS 1.2": (
        FILES + ", cipher_suites: [TLS_AES_128_GCM_SHA256], max_version: TLS12}",
        f"{T}.cipher_suites: expected a suite of TLS 1.2",
    ),
    "an invented curve": (
        FILES + ", curve_preferences: [CurveP257]}",
        f"{T}.curve_preferences[0]: expected one of CurveP256, CurveP384, CurveP521, X25519",
    ),
    "several curves": (
        FILES + ", curve_preferences: [CurveP256, CurveP384]}",
        f"{T}.curve_preferences: Python's ssl supports only one curve",
    ),
    "an invented version": (
        FILES + ", min_version: TLS111}",
        f"{T}.min_version: expected TLS12 or TLS13, got 'TLS111'",
    ),
    "a removed version": (FILES + ", max_version: TLS10}", f"{T}.max_version: expected TLS12"),
    "versions crossed": (
        FILES + ", min_version: TLS13, max_version: TLS12}",
        f"{T}.max_version: expected min_version or higher",
    ),
    "HTTP/2": (f"{H}: {{http2: true}}", f"{H}.http2: HTTP/2 is not supported"),
    "a header that is not in the format": (
        f"{H}: {{headers: {{Server: x}}}}",
        f"{H}.headers.Server: this header cannot be set; expected one of Content-Security-Policy, ",
    ),
    "a bad X-Frame-Options": (
        f"{H}: {{headers: {{X-Frame-Options: maybe}}}}",
        f"{H}.headers.X-Frame-Options: expected deny or sameorigin, got 'maybe'",
    ),
    "a bad X-Content-Type-Options": (
        f"{H}: {{headers: {{X-Content-Type-Options: sniff}}}}",
        f"{H}.headers.X-Content-Type-Options: expected nosniff",
    ),
    "a header that is not text": (
        f'{H}: {{headers: {{X-XSS-Protection: "a\\0b"}}}}',
        f"{H}.headers.X-XSS-Protection: expected one line of ASCII characters",
    ),
    "a header in another script": (
        f"{H}: {{headers: {{X-XSS-Protection: µ}}}}",
        f"{H}.headers.X-XSS-Protection: expected one line of ASCII characters",
    ),
    "an endless file": (
        f"{T}: {{cert_file: /dev/zero, key: x}}",
        "/dev/zero: expected at most 1 MiB",
    ),
    "a negative burst": ("rate_limit: {burst: -1}", "rate_limit.burst: expected `int` >= 0"),
    "an absurd burst": (f"rate_limit: {{burst: 1{'0' * 400}}}", "rate_limit.burst: "),
    "an absurd interval": ("rate_limit: {interval: 999999h, burst: 1}", "at most 8784h"),
    "a password that is no hash": (
        "basic_auth_users: {alice: hunter2}",
        "basic_auth_users.alice: expected the bcrypt hash of the password",
    ),
    "a user without a hash": ("basic_auth_users: {alice: }", "basic_auth_users[...]: expected"),
    "a user name with a colon": (
        f"basic_auth_users: {{'a:b': {HASH}}}",
        "basic_auth_users: expected a name without a colon, got 'a:b'",
    ),
    "an interval that is off": ("rate_limit: {interval: false}", "expected a duration"),
    "a bad interval": ("rate_limit: {interval: soon}", "rate_limit.interval: expected a duration"),
    "no burst": ("rate_limit: {interval: 1s}", "rate_limit.burst: expected 1 or more"),
}


@pytest.mark.parametrize(("text", "error"), BAD.values(), ids=BAD.keys())
def test_invalid_files_are_refused(certificates: Certificates, text: str, error: str) -> None:
    """The error is one line with the path, the key and what was expected, without secrets."""
    file = certificates.folder / "web.yml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        Watched(str(file))
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert error in message
    assert "\n" not in message
    assert "hunter2" not in message


def test_a_missing_file_is_refused() -> None:
    """The error has the name of the file and the reason of the system, each once."""
    with pytest.raises(ConfigError) as caught:
        load("/no/such/web.yml")
    assert str(caught.value) == "/no/such/web.yml: No such file or directory"


def test_a_key_with_a_passphrase_is_refused(certificates: Certificates) -> None:
    """OpenSSL must not prompt for a passphrase on the terminal."""
    encrypt = "openssl pkey -in server.key -aes256 -passout pass:x -out k"
    subprocess.run(encrypt.split(), cwd=certificates.folder, check=True)
    file = certificates.folder / "web.yml"
    file.write_text(f"{T}: {{cert_file: server.crt, key_file: k}}")
    with pytest.raises(ConfigError, match="key_file: expected a key without a passphrase"):
        Watched(str(file))


def test_a_key_that_is_too_weak_is_refused(certificates: Certificates) -> None:
    """The error says so if OpenSSL refuses to serve a weak certificate."""
    make = "openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=x -keyout k -out c"
    subprocess.run(make.split(), cwd=certificates.folder, check=True, capture_output=True)
    file = certificates.folder / "web.yml"
    file.write_text(f"{T}: {{cert_file: c, key_file: k}}")
    with pytest.raises(
        ConfigError, match="cert_file: the certificate has a key or digest too weak"
    ):
        Watched(str(file))


def test_an_inline_key_is_in_no_error(tmp_path: Path) -> None:
    """The error about an invalid file shows no part of the inline key."""
    write(trustme.CA(), tmp_path / "c", tmp_path / "k", ("a.example",))
    key = (tmp_path / "k").read_text()
    file = tmp_path / "web.yml"
    for text in (f"{T}:\n  key: |\n{key}", f'{T}: {{key: "{key}', f"{T}: {{key: [{key!r}]}}"):
        file.write_text(text)
        with pytest.raises(ConfigError) as caught:
            Watched(str(file))
        assert not any(line in str(caught.value) for line in key.split("\n")[1:-2])


def test_users_without_bcrypt_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package bcrypt the error says how to install it."""
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    file = tmp_path / "web.yml"
    file.write_text(f"basic_auth_users: {{alice: {HASH}}}")
    with pytest.raises(
        ConfigError, match=r"the package bcrypt is missing; run pip install .*\[auth\]"
    ):
        Watched(str(file))
