"""Failed TLS handshakes: a counter by reason, and a line in the log now and then."""

import logging
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from ceph_exporter import own_metrics
from ceph_exporter.web.handshakes import REASONS, Handshakes, explanation, reason_of
from ceph_exporter.web.security import Watched
from testbed.client import ask
from testbed.waiting import until
from tests.web.certificates import Certificates
from tests.web.serving import serving

STRICT = (
    "tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: ca.pem, "
    "client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [prometheus.example]}"
)


def failures() -> dict[str, float]:
    """Return the exported number of failures by reason."""
    samples = [one for family in own_metrics.Shown().collect() for one in family.samples]
    name = own_metrics.HANDSHAKE_FAILURES.name
    return {one.labels["reason"]: one.value for one in samples if one.name == name}


def issue(ca: trustme.CA, folder: Path, name: str) -> Path:
    """Issue a client's certificate; return the file with it and its key."""
    file = folder / f"{name}.pem"
    ca.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(file))
    return file


def test_each_reason_is_counted(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is counted under its reason, and the first of each reason is logged."""
    (certificates.folder / "web.yml").write_text(STRICT)
    watched = Watched(str(certificates.folder / "web.yml"))

    def client(file: Path | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=certificates.ca_file)
        if file:
            context.load_cert_chain(file)
        return context

    def count(reason: str) -> int:
        return dict(watched.handshakes.failures())[reason]

    good = client(certificates.client_file)
    old = client(certificates.client_file)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-ECDSA-AES256-SHA384")
    distrusting = ssl.create_default_context()
    attempts = {
        "no_certificate": client(),
        "certificate_not_trusted": client(issue(trustme.CA(), certificates.folder, "stranger")),
        "name_not_allowed": client(issue(certificates.ca, certificates.folder, "other.example")),
        "no_shared_cipher": old,
        "client_alert": distrusting,
        "not_tls": None,
    }
    with caplog.at_level(logging.WARNING, "ceph_exporter"), serving(watched) as port:
        for reason, context in attempts.items():
            for number in (1, 2):
                with suppress(OSError):
                    ask(port, "/short", tls=context)
                until(lambda: count(reason) == number, reason)  # noqa: B023 - used at once
        assert ask(port, "/short", tls=good).status == 200
    lines = [record for record in caplog.records if record.message == "TLS handshake failed"]
    logged = [record.fields for record in lines]  # type: ignore[attr-defined]
    assert [fields["reason"] for fields in logged] == list(attempts)
    assert {fields["client"] for fields in logged} == {"127.0.0.1"}
    assert sum(number for _, number in watched.handshakes.failures()) == 2 * len(attempts)


def test_a_port_check_is_no_warning(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that connects and closes is counted, but not logged."""
    (certificates.folder / "web.yml").write_text(STRICT)
    watched = Watched(str(certificates.folder / "web.yml"))
    with caplog.at_level(logging.INFO, "ceph_exporter"), serving(watched) as port:
        socket.create_connection(("127.0.0.1", port)).close()
        until(lambda: dict(watched.handshakes.failures())["connection_closed"] == 1, "counted")
    assert "handshake" not in caplog.text


def test_the_log_has_a_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A flood is one line at once, and one a minute with the number of failures since."""
    now = 0.0
    handshakes = Handshakes(clock=lambda: now)
    with caplog.at_level(logging.INFO, "ceph_exporter"):
        for _ in range(1000):
            now += 0.1
            handshakes.failed("timeout", ("192.0.2.1", 9), "timed out")
        handshakes.failed("other", "", "something")
    numbers = [(record.fields["reason"], record.fields["failures"]) for record in caplog.records]  # type: ignore[attr-defined]
    assert numbers == [("timeout", 1), ("timeout", 600), ("other", 1)]


def test_every_error_has_a_reason() -> None:
    """An error of the system or of OpenSSL has one of the reasons, and words for the log."""
    assert reason_of(TimeoutError("timed out")) == "timeout"
    assert reason_of(ConnectionResetError(104, "Connection reset")) == "connection_closed"
    assert reason_of(OSError(9, "Bad file")) == "other"
    assert explanation(OSError(9, "Bad file")) == "bad file"
    assert explanation(TimeoutError("timed out")) == "timed out"
    error = ssl.SSLError(1, "x")
    error.reason = "NO_SHARED_CIPHER"
    assert (reason_of(error), explanation(error)) == ("no_shared_cipher", "no shared cipher")


def test_the_metric_has_all_reasons_from_the_start() -> None:
    """The page has a series for each reason, 0 until it happens; none without a configuration."""
    own_metrics._failures.clear()
    assert failures() == {}
    Handshakes().export()
    assert failures() == dict.fromkeys(REASONS, 0)
    Handshakes().failed("other", "", "something")
    assert failures()["other"] == 1
