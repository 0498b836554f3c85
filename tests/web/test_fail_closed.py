"""Protection that is in use survives whatever happens to the files while the exporter runs."""

import logging
import os
import ssl
from pathlib import Path

import bcrypt
import pytest
import trustme

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web.security import Watched
from testbed.client import ask
from testbed.running import running
from testbed.waiting import until
from tests.web.certificates import Certificates
from tests.web.serving import serving

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
USERS = f"basic_auth_users: {{alice: {HASH}}}\n"
FILES = "tls_server_config: {cert_file: server.crt, key_file: server.key"
POLICY = "client_auth_type: RequireAndVerifyClientCert"
STRICT = f"{FILES}, {POLICY}, client_ca_file: ca.pem"


def watched(folder: Path, text: str) -> Watched:
    """Return the security of a web configuration with this text."""
    (folder / "web.yml").write_text(text)
    return Watched(str(folder / "web.yml"))


@pytest.mark.parametrize("content", ["", "\n", "# no certificate yet\n"])
@pytest.mark.parametrize("policy", ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"])
def test_an_empty_client_ca_is_refused(
    certificates: Certificates, content: str, policy: str
) -> None:
    """A CA file without a certificate is an error at the start; it never means the system's CAs."""
    certificates.ca_file.write_text(content)
    text = f"{FILES}, client_ca_file: ca.pem, client_auth_type: {policy}}}"
    with pytest.raises(ConfigError, match="client_ca_file: expected certificates in PEM form"):
        watched(certificates.folder, text)


@pytest.mark.parametrize("key", ["client_ca", "client_ca_file"])
@pytest.mark.parametrize("value", ["", "''", "'  '"])
def test_a_client_ca_without_a_value_is_refused(
    certificates: Certificates, key: str, value: str
) -> None:
    """A CA that a template left empty is an error, as the system's CAs would take its place."""
    with pytest.raises(ConfigError, match="client_ca"):
        watched(certificates.folder, f"{FILES}, {POLICY}, {key}: {value}}}")


def test_allowed_names_without_tls_are_refused(tmp_path: Path) -> None:
    """Names that clients must have, but no TLS to check them with, are an error."""
    with pytest.raises(ConfigError, match="client_allowed_sans: needs TLS"):
        watched(tmp_path, "tls_server_config: {client_allowed_sans: [a]}")


def test_an_empty_client_ca_without_a_policy_is_refused(certificates: Certificates) -> None:
    """A CA needs a policy even if its file is empty, as in the toolkit."""
    text = f"{FILES}, client_ca_file: /dev/null}}"
    with pytest.raises(ConfigError, match="client_auth_type: expected VerifyClientCertIfGiven or"):
        watched(certificates.folder, text)


def test_a_client_ca_that_is_emptied_keeps_the_last_one(certificates: Certificates) -> None:
    """While `cp` has emptied the CA file, clients of the old CA are served and nobody else."""
    right, stranger = (ssl.create_default_context(cafile=certificates.ca_file) for _ in "ab")
    right.load_cert_chain(certificates.client_file)
    trustme.CA().issue_cert("x.example").private_key_and_cert_chain_pem.write_to_path(
        str(certificates.folder / "stranger.pem")
    )
    stranger.load_cert_chain(certificates.folder / "stranger.pem")
    with serving(watched(certificates.folder, f"{STRICT}}}")) as port:
        certificates.ca_file.write_text("")
        assert ask(port, "/short", tls=right).status == 200
        with pytest.raises(OSError):  # noqa: PT011 - TLS 1.3 reports it late, in several ways
            ask(port, "/short", tls=stranger)


CHANGES = {
    "emptied": ("", "tls_server_config, basic_auth_users"),
    "without users": (f"{STRICT}, client_allowed_sans: [a]}}", "basic_auth_users"),
    "without TLS": (USERS, "tls_server_config"),
    "with an empty TLS section": (f"tls_server_config:\n{USERS}", "tls_server_config"),
    "without a policy": (f"{FILES}}}\n{USERS}", "tls_server_config.client_auth_type"),
    "with a weaker policy": (
        f"{FILES}, client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.pem}}\n{USERS}",
        "tls_server_config.client_auth_type",
    ),
    "with the system's CAs": (
        f"{FILES}, {POLICY}, client_allowed_sans: [a]}}\n{USERS}",
        "tls_server_config.client_ca",
    ),
    "without names": (f"{STRICT}}}\n{USERS}", "tls_server_config.client_allowed_sans"),
    "with null users": (f"{STRICT}, client_allowed_sans: [a]}}\nbasic_auth_users:\n", "basic_auth"),
}


@pytest.mark.parametrize(("after", "keys"), CHANGES.values(), ids=CHANGES.keys())
def test_protection_is_not_lost_while_running(
    certificates: Certificates, after: str, keys: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that loses a protection changes nothing: the log says so once, a reload fails."""
    security = watched(certificates.folder, f"{STRICT}, client_allowed_sans: [a]}}\n{USERS}")
    before = security()
    (certificates.folder / "web.yml").write_text(after)
    with caplog.at_level(logging.ERROR, "ceph_exporter"):
        assert security() is before
        assert security() is before
    assert caplog.text.count("web configuration rejected, previous one kept in use") == 1
    assert security.rejected
    with pytest.raises(ConfigError, match="restart the exporter to serve without") as caught:
        security.check()
    assert f"web.yml: {keys}" in str(caught.value)
    (certificates.folder / "web.yml").write_text(
        f"{STRICT}, client_allowed_sans: [a, b]}}\n{USERS}rate_limit: {{interval: 1s, burst: 9}}"
    )
    assert security() is not before
    assert not security.rejected


def test_a_restart_turns_protection_off(tmp_path: Path) -> None:
    """What a running exporter refuses is accepted by a new one."""
    watched(tmp_path, USERS)
    assert watched(tmp_path, "")().users is None


def test_protection_may_be_added_and_changed(certificates: Certificates) -> None:
    """More protection, or another CA or user, applies at once."""
    security = watched(certificates.folder, "")
    for text in (USERS, FILES + "}\n" + USERS, f"{STRICT}}}\n" + USERS.replace("alice", "bob")):
        before = security()
        (certificates.folder / "web.yml").write_text(text)
        security.check()
        assert security() is not before


def test_a_pipe_in_place_of_a_file_stops_nobody(certificates: Certificates) -> None:
    """A file that becomes a pipe is an error at once; opening it must not wait for a writer."""
    security = watched(certificates.folder, FILES + "}")
    before = security()
    for name in ("server.crt", "web.yml"):
        (certificates.folder / name).unlink()
        os.mkfifo(certificates.folder / name)
        assert security() is before
        assert security.rejected


def test_an_emptied_file_fails_the_reload(certificates: Certificates) -> None:
    """The running exporter goes on over TLS; log, metric and the answer to a reload say why."""
    web = certificates.folder / "web.yml"
    web.write_text(FILES + "}")
    flags = ("--cluster.url=http://127.0.0.1:9", f"--web.config.file={web}")
    client = ssl.create_default_context(cafile=certificates.ca_file)
    successful = "ceph_exporter_config_last_reload_successful"
    with running(certificates.folder, *flags, tls=client) as exporter:
        assert exporter.metric(successful) == "1.0"
        web.write_text("")
        assert exporter.metric(successful) == "0.0"
        reply = exporter.ask("/-/reload", "POST")
        assert reply.status == 500
        assert (
            b"web.yml: tls_server_config: in use, but no longer in the file; restart" in reply.body
        )
        assert exporter.said().count("web configuration rejected, previous one kept in use") == 1
        web.write_text(FILES + "}")
        assert exporter.ask("/-/reload", "POST").status == 200
        assert exporter.metric(successful) == "1.0"
        name = "ceph_exporter_web_tls_handshake_failures_total"
        assert ask(exporter.port, "/metrics").status == 400
        line = f'{name}{{reason="not_tls"}} 1.0\n'.encode()
        until(lambda: line in exporter.ask("/metrics").body, "failure counted")
