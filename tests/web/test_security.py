"""Rate limit, users, headers and certificates in use, and reloading of a changed file."""

import http.client
import itertools
import logging
import os
import ssl
import threading
from base64 import b64encode
from pathlib import Path

import bcrypt
import pytest

from ceph_exporter.web import config
from ceph_exporter.web.config import RateLimit
from ceph_exporter.web.interval import Interval
from ceph_exporter.web.request import Request
from ceph_exporter.web.security import Limiter, Security, Watched
from ceph_exporter.web.users import BusyError, Users
from testbed.client import ask
from testbed.waiting import until
from tests.web.certificates import Certificates
from tests.web.serving import serving

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
ALICE = {"Authorization": "Basic " + b64encode(b"alice:secret").decode()}
FILES = "tls_server_config: {cert_file: server.crt, key_file: server.key"
STRICT = FILES + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"


def watched(folder: Path, text: str) -> Watched:
    """Return the security of a web configuration with this text."""
    file = folder / "web.yml"
    file.write_text(text)
    return Watched(str(file))


def client(certificates: Certificates, *, with_certificate: bool = False) -> ssl.SSLContext:
    """Return the TLS context of a client that trusts the CA."""
    context = ssl.create_default_context(cafile=certificates.ca_file)
    if with_certificate:
        context.load_cert_chain(certificates.client_file)
    return context


def test_the_rate_limit_is_a_token_bucket() -> None:
    """A burst passes at once, then one request per interval; unused tokens never exceed a burst."""
    now = 0.0
    limiter = Limiter(RateLimit(Interval(2), 3), clock=lambda: now)
    assert [limiter.allow() for _ in range(4)] == [True, True, True, False]
    now = 2.0
    assert [limiter.allow() for _ in range(2)] == [True, False]
    now = 100.0
    assert [limiter.allow() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("1.5s", 1.5), ("1m30s", 90), ("100ms", 0.1), (0, 0)]
)
def test_intervals_are_written_as_go_writes_them(text: object, seconds: float) -> None:
    """Durations have the units of Go and may have fractions."""
    assert Interval.parse(text) == pytest.approx(seconds)


def test_too_many_requests_are_429(tmp_path: Path) -> None:
    """Requests beyond the burst are refused, before any password is checked."""
    text = f"rate_limit: {{interval: 1h, burst: 2}}\nbasic_auth_users: {{alice: {HASH}}}"
    with serving(watched(tmp_path, text)) as port:
        assert [ask(port, "/short", headers=ALICE).status for _ in range(3)] == [200, 200, 429]


def test_only_users_are_admitted(tmp_path: Path) -> None:
    """Other clients receive 401 with the authentication scheme, on every path."""
    with serving(watched(tmp_path, f"basic_auth_users: {{alice: {HASH}}}")) as port:
        for path in ("/short", "/nothing"):
            refused = ask(port, path)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, "Basic")
        assert ask(port, "/short", headers=ALICE).status == 200


def test_too_many_password_checks_are_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """While too many passwords are being checked, the client receives 503."""

    def busy(*_: object) -> bool:
        raise BusyError

    monkeypatch.setattr(Users, "admit", busy)
    reply = Security(users=Users({"alice": HASH})).refusal(Request("/", {}, {}))
    assert reply is not None
    assert reply.status == 503


def test_headers_are_in_every_reply(tmp_path: Path) -> None:
    """The configured headers are set on pages and errors; an empty value sets no header."""
    text = "http_server_config: {headers: {X-Frame-Options: deny, X-XSS-Protection: ''}}"
    with serving(watched(tmp_path, text)) as port:
        for path in ("/short", "/nothing", "/broken"):
            headers = ask(port, path).headers
            assert headers["x-frame-options"] == "deny"
            assert "x-xss-protection" not in headers


def test_tls_is_served(certificates: Certificates) -> None:
    """A TLS client receives whole pages; a client with plain HTTP receives an explanation."""
    with serving(watched(certificates.folder, FILES + "}")) as port:
        assert len(ask(port, "/long", tls=client(certificates)).body) == 5000
        plain = ask(port, "/short")
        assert (plain.status, plain.body) == (400, b"this port speaks HTTPS: use https://\n")


def test_certificate_and_key_may_be_inline(certificates: Certificates) -> None:
    """Inline PEM texts work like files."""

    def block(path: Path) -> str:
        return "|\n    " + path.read_text().replace("\n", "\n    ")

    cert, key = block(certificates.cert_file), block(certificates.key_file)
    text = f"tls_server_config:\n  cert: {cert}\n  key: {key}\n"
    with serving(watched(certificates.folder, text)) as port:
        assert ask(port, "/short", tls=client(certificates)).status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions_and_suites_are_as_configured(
    certificates: Certificates, version: ssl.TLSVersion
) -> None:
    """A client with another version is refused; the cipher suite is one of the list."""
    name = "TLS12" if version is ssl.TLSVersion.TLSv1_2 else "TLS13"
    suites = "[TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]"
    text = FILES + f", min_version: {name}, max_version: {name}, cipher_suites: {suites}}}"
    other = client(certificates)
    other.minimum_version = other.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(watched(certificates.folder, text)) as port:
        if version is ssl.TLSVersion.TLSv1_3:
            with pytest.raises(ssl.SSLError):
                ask(port, "/short", tls=other)
            assert ask(port, "/short", tls=client(certificates)).status == 200
            return
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=other, timeout=20)
        connection.request("GET", "/short")
        assert isinstance(connection.sock, ssl.SSLSocket)
        assert (connection.sock.cipher() or ("",))[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
        assert connection.getresponse().status == 200
        connection.close()
        other.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
        with pytest.raises(ssl.SSLError):
            ask(port, "/short", tls=other)


@pytest.mark.parametrize("sans", ["", "prometheus.example", "scraper@example", "'2001:db8::1'"])
def test_client_certificates_are_demanded(certificates: Certificates, sans: str) -> None:
    """A client needs a certificate; an allowed name of any type is accepted."""
    allowed = f", client_allowed_sans: [other.example, {sans}]" if sans else ""
    with serving(watched(certificates.folder, f"{STRICT}{allowed}}}")) as port:
        assert ask(port, "/short", tls=client(certificates, with_certificate=True)).status == 200
        with pytest.raises(OSError):  # noqa: PT011 - TLS 1.3 reports it late, in several ways
            ask(port, "/short", tls=client(certificates))


def test_a_certificate_of_another_name_is_refused(certificates: Certificates) -> None:
    """A client whose verified certificate has no allowed name is disconnected."""
    text = f"{STRICT}, client_allowed_sans: [other.example]}}"
    tls = client(certificates, with_certificate=True)
    with serving(watched(certificates.folder, text)) as port, pytest.raises(OSError):  # noqa: PT011
        ask(port, "/short", tls=tls)


def test_a_client_certificate_may_be_optional(certificates: Certificates) -> None:
    """VerifyClientCertIfGiven serves clients with and without a certificate."""
    text = FILES + ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.pem}"
    with serving(watched(certificates.folder, text)) as port:
        for with_certificate in (True, False):
            context = client(certificates, with_certificate=with_certificate)
            assert ask(port, "/short", tls=context).status == 200


def test_a_changed_file_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A change of the file applies to the next request; unchanged users keep their cache."""
    users = f"basic_auth_users: {{alice: {HASH}}}\n"
    with caplog.at_level(logging.INFO, "ceph_exporter"):
        security = watched(tmp_path, users)
        before = security()
        assert security() is before
        (tmp_path / "web.yml").write_text(users + "rate_limit: {interval: 1h, burst: 1}")
        after = security()
    assert after.limiter is not None
    assert after.users is before.users
    assert caplog.text.count("web configuration changed") == 1


def test_unchanged_files_are_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests do not parse the file again; a comment does not replace what is in use."""
    file = tmp_path / "web.yml"
    file.write_text("rate_limit: {interval: 1s, burst: 5}")
    watched, loads, load = Watched(str(file)), list[str](), config.load

    def count(name: str) -> object:
        loads.append(name)
        return load(name)

    monkeypatch.setattr(config, "load", count)
    security = watched()
    assert all(watched() is security for _ in range(10))
    assert loads == []
    file.write_text("# a comment\nrate_limit: {interval: 1s, burst: 5}")
    assert all(watched() is security for _ in range(10))
    assert len(loads) == 1
    file.write_text("rate_limit: {interval: 1s, burst: 6}")
    assert watched() is not security


def test_requests_at_once_share_a_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the files are read, others wait; all that asked before the next reading share it."""
    file = tmp_path / "web.yml"
    file.write_text("rate_limit: {}")
    ticks = itertools.count(1)
    asked: list[float] = []

    def clock() -> float:
        asked.append(next(ticks))
        return asked[-1]

    watched = Watched(str(file), clock)
    started, go_on, readings = threading.Event(), threading.Event(), list[int]()

    def read() -> None:
        readings.append(1)
        started.set()
        assert go_on.wait(10)

    monkeypatch.setattr(watched, "_read", read)
    threads = [threading.Thread(target=watched) for _ in range(20)]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(asked) == len(threads) + 1, "all wait")
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(readings) == 2


def test_an_invalid_file_leaves_the_last_valid_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An invalid file changes nothing and is one log line, regardless of the number of requests."""
    security = watched(tmp_path, f"basic_auth_users: {{alice: {HASH}}}")
    before = security()
    (tmp_path / "web.yml").write_text("basic_auth_users: {alice: hunter2}")
    assert security() is before
    assert security() is before
    assert caplog.text.count("web configuration rejected") == 1
    assert "hunter2" not in caplog.text


def test_a_certificate_is_replaced_under_load(certificates: Certificates) -> None:
    """While certificate and key are replaced, one after the other, no request fails."""
    tls, done, failures = client(certificates), threading.Event(), []
    served = 0

    def scrape(port: int) -> None:
        nonlocal served
        while not done.is_set():
            try:
                assert ask(port, "/short", tls=tls).status == 200
                served += 1
            except (OSError, AssertionError) as error:
                failures.append(error)

    def serial(port: int) -> str:
        return ssl.get_server_certificate(("127.0.0.1", port))

    with serving(watched(certificates.folder, FILES + "}")) as port:
        threads = [threading.Thread(target=scrape, args=(port,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        seen = {serial(port)}
        for number in range(5):
            certificates.renew("127.0.0.1", f"{number}.example")
            until(lambda: serial(port) not in seen, "new certificate served")
            seen.add(serial(port))
        done.set()
        for thread in threads:
            thread.join(20)
    assert failures == []
    assert served > 10
    assert len(seen) == 6


def test_files_hold_no_descriptor(certificates: Certificates) -> None:
    """Loading certificates leaves no descriptor open."""
    security = watched(certificates.folder, FILES + "}")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count
    certificates.renew()
    security()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
