"""Real Prometheus servers, 2.42 and 3.5, scrape the exporter over TLS in both formats."""

from __future__ import annotations

import json
import os
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import ge
from typing import TYPE_CHECKING, Any

import bcrypt
import httpx
import pytest
import trustme

from testbed import prometheus
from testbed.exporter import COMMAND
from testbed.process import Daemon, free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from testbed.waiting import wait_until
from tests.real.requirements import REQUIRED
from tests.web.certificates import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.real

USER, PASSWORD = "prometheus", "correct horse"
JOBS = ("basic", "certificate", "text")


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    """Make a CA."""
    return trustme.CA()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, ca: trustme.CA) -> Path:
    """Return a folder with certificates of the CA, a server and a client, and a password."""
    path = tmp_path_factory.mktemp("web")
    ca.cert_pem.write_to_path(str(path / "ca.pem"))
    write(ca, path / "server.crt", path / "server.key", ("127.0.0.1",))
    write(ca, path / "client.crt", path / "client.key", ("prometheus.example",))
    (path / "password").write_text(PASSWORD)
    return path


def client_of(folder: Path) -> httpx.Client:
    """Make a client that trusts the CA."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    return httpx.Client(verify=context, trust_env=False)


@contextmanager
def exporter(folder: Path, name: str, web: Mapping[str, Any]) -> Iterator[str]:
    """Run the demo with a web configuration; return its address."""
    target = f"127.0.0.1:{free_port()}"
    file = folder / f"{name}.yml"
    file.write_text(json.dumps(web))
    log = folder / f"{name}.log"
    flags = ("--demo", f"--web.listen-address={target}", f"--web.config.file={file}")
    daemon = Daemon(*COMMAND, *flags, log=log, environment=dict(os.environ))
    try:
        wait_until(lambda: "started" in log.read_text(), "started exporter", 20, [log])
        yield target
    finally:
        assert daemon.stop() == 0
    assert "Traceback" not in log.read_text()


TLS = {"cert_file": "server.crt", "key_file": "server.key"}


@pytest.fixture(scope="module")
def with_user(folder: Path) -> Iterator[str]:
    """Run an exporter that requires a password."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    web = {"tls_server_config": TLS, "basic_auth_users": {USER: hashed}}
    with exporter(folder, "user", web) as target:
        yield target


@pytest.fixture(scope="module")
def with_certificates(folder: Path) -> Iterator[str]:
    """Run an exporter that requires a client certificate with a certain name."""
    demand = {
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": "ca.pem",
        "client_allowed_sans": ["prometheus.example"],
    }
    with exporter(folder, "certificates", {"tls_server_config": {**TLS, **demand}}) as target:
        yield target


@pytest.fixture(scope="module")
def text_only(with_user: str, folder: Path) -> Iterator[str]:
    """Forward requests with an Accept header for text, which 2.42 cannot be configured to send."""

    class Relay(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with client_of(folder) as client:
                url = f"https://{with_user}{self.path}"
                answer = client.get(url, auth=(USER, PASSWORD), headers={"Accept": "text/plain"})
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        thread = threading.Thread(target=relay.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{relay.server_address[1]}"
        relay.shutdown()


@pytest.fixture(scope="module", params=[DEBIANS_OWN, PROMETHEUS_3], ids=["2.42", "3.5"])
def scraping(
    request: pytest.FixtureRequest,
    folder: Path,
    with_user: str,
    with_certificates: str,
    text_only: str,
) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes with a password, with a certificate, and for text."""
    if reason := prometheus.available(request.param):
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, but {reason}")
        pytest.skip(f"{reason}; see testbed/install")
    ca = {"ca_file": str(folder / "ca.pem")}
    user = {"username": USER, "password_file": str(folder / "password")}
    certificate = {"cert_file": str(folder / "client.crt"), "key_file": str(folder / "client.key")}
    jobs: list[dict[str, Any]] = [
        {"scheme": "https", "tls_config": ca, "basic_auth": user},
        {"scheme": "https", "tls_config": {**ca, **certificate}},
        {},
    ]
    for job, name, target in zip(
        jobs, JOBS, (with_user, with_certificates, text_only), strict=True
    ):
        job |= {"job_name": name, "static_configs": [{"targets": [target]}]}
    limits = {"scrape_interval": "250ms", "scrape_timeout": "250ms"}
    configuration = json.dumps({"global": limits, "scrape_configs": jobs})
    with Prometheus(
        folder / f"prometheus-{request.param.count('/')}",
        port=free_port(),
        configuration=configuration,
        program=request.param,
    ) as started:
        yield started


@pytest.mark.parametrize("job", JOBS)
def test_prometheus_scrapes_over_tls(scraping: Prometheus, job: str) -> None:
    """With a password, with a certificate, and as text, target and cluster are up."""
    scraping.wait_for(f'up{{job="{job}"}} == 1')
    scraping.wait_for(f'ceph_up{{job="{job}"}} == 1')
    scraping.wait_for(f'count({{job="{job}"}}) > 50')


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("basic", "process_cpu_seconds"),
        ("certificate", "process_cpu_seconds"),
        ("text", "process_cpu_seconds_total"),
    ],
)
def test_prometheus_accepts_both_formats(scraping: Prometheus, job: str, name: str) -> None:
    """The metadata shows the format: OpenMetrics names a counter without its suffix."""
    scraping.wait_for(f'up{{job="{job}"}} == 1')
    query = {"match_target": f'{{job="{job}"}}', "metric": name}
    url = f"{scraping.url}/api/v1/targets/metadata"
    metadata = httpx.get(url, params=query, trust_env=False).json()["data"]
    assert [row["type"] for row in metadata] == ["counter"]


def test_a_certificate_replaced_under_load_fails_no_scrape(
    scraping: Prometheus, folder: Path, ca: trustme.CA
) -> None:
    """While the certificate is replaced repeatedly, every scrape of each job succeeds."""
    for job in JOBS:
        scraping.wait_for(f'up{{job="{job}"}} == 1')
    logs = [folder / "user.log", folder / "certificates.log"]

    def changes() -> list[int]:
        return [log.read_text().count("web configuration changed") for log in logs]

    before = changes()
    for number in range(1, 6):
        write(ca, folder / "server.crt", folder / "server.key", ("127.0.0.1",))
        awaited = [seen + number for seen in before]
        while not all(map(ge, changes(), awaited)):
            scraping.wait_for("count_over_time(up[1s]) > 2", lambda rows: len(rows) == len(JOBS))
    scraping.wait_for("count_over_time(up[2s]) > 6", lambda rows: len(rows) == len(JOBS))
    assert scraping.query("min_over_time(up[8s]) == 0") == []


def test_without_password_or_certificate_no_page_is_served(
    with_user: str, with_certificates: str, folder: Path
) -> None:
    """A scrape without a password is answered with 401, one without a certificate not at all."""
    with client_of(folder) as client:
        assert client.get(f"https://{with_user}/metrics").status_code == 401
        with pytest.raises(httpx.HTTPError):
            client.get(f"https://{with_certificates}/metrics")
