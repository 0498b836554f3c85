"""Prometheus 2.42 and 3.5 scrape for a minute over open connections, and no scrape fails.

Meanwhile certificates are replaced and the configuration is reloaded. All combinations run side by
side: two servers, each with four jobs.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import bcrypt
import httpx
import pytest
import trustme

from testbed import prometheus
from testbed.exporter import COMMAND
from testbed.process import Daemon, free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from testbed.waiting import wait_until
from tests.real.relay import Relay
from tests.real.requirements import require
from tests.web.certificates import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

SECONDS = 60
ROTATIONS = 10
"""Certificates that are issued meanwhile; each costs every client one handshake."""
USER, PASSWORD = "prometheus", "correct horse"
PROGRAMS = {"2.42": DEBIANS_OWN, "3.5": PROMETHEUS_3}
TLS = {"cert_file": "server.crt", "key_file": "server.key"}
CERTIFICATES = {
    **TLS,
    "client_auth_type": "RequireAndVerifyClientCert",
    "client_ca_file": "ca.pem",
    "client_allowed_sans": ["prometheus.example"],
}


class Mode(NamedTuple):
    """How an exporter is protected. web: its web configuration; job: that of Prometheus."""

    web: dict[str, Any]
    job: dict[str, Any]


class Running(NamedTuple):
    """Exporters by mode, and a relay for each server and mode, which counts connections."""

    exporters: dict[str, tuple[str, Path]]
    relays: dict[tuple[str, str], Relay]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the certificates of a CA, a server and a client, and a password."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ca.private_key_pem.write_to_path(str(tmp_path / "ca.key"))
    write(ca, tmp_path / "client.crt", tmp_path / "client.key", ("prometheus.example",))
    rotate(tmp_path)
    (tmp_path / "password").write_text(PASSWORD)
    return tmp_path


def rotate(folder: Path) -> None:
    """Replace the certificate and key of the exporters."""
    ca = trustme.CA.from_pem((folder / "ca.pem").read_bytes(), (folder / "ca.key").read_bytes())
    write(ca, folder / "server.crt", folder / "server.key", ("127.0.0.1",))


def modes(folder: Path) -> dict[str, Mode]:
    """Return the ways to scrape an exporter."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    ca = {"ca_file": str(folder / "ca.pem")}
    client = {"cert_file": str(folder / "client.crt"), "key_file": str(folder / "client.key")}
    user = {"username": USER, "password_file": str(folder / "password")}
    return {
        "plain": Mode({}, {}),
        "tls": Mode({"tls_server_config": TLS}, {"scheme": "https", "tls_config": ca}),
        "basic": Mode(
            {"tls_server_config": TLS, "basic_auth_users": {USER: hashed}},
            {"scheme": "https", "tls_config": ca, "basic_auth": user},
        ),
        "certificate": Mode(
            {"tls_server_config": CERTIFICATES},
            {"scheme": "https", "tls_config": {**ca, **client}},
        ),
    }


@contextmanager
def exporter(folder: Path, name: str, mode: Mode) -> Iterator[tuple[str, Path]]:
    """Run the demo in a mode; yield its address and its log."""
    target, log = f"127.0.0.1:{free_port()}", folder / f"{name}.log"
    (folder / f"{name}.yml").write_text(json.dumps(mode.web))
    web = f"--web.config.file={folder / name}.yml"
    flags = ("--demo", f"--web.listen-address={target}", web)
    daemon = Daemon(*COMMAND, *flags, log=log, environment=dict(os.environ))
    try:
        yield target, log
    finally:
        assert daemon.stop() == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert "please report" not in said


@contextmanager
def scraping(folder: Path, running: Running, version: str) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes all exporters through its relays every second."""
    jobs = [
        {
            "job_name": name,
            "static_configs": [{"targets": [running.relays[version, name].address]}],
            **mode.job,
        }
        for name, mode in modes(folder).items()
    ]
    limits = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    configuration = json.dumps({"global": limits, "scrape_configs": jobs})
    port, program = free_port(), PROGRAMS[version]
    with Prometheus(
        folder / version, port=port, configuration=configuration, program=program
    ) as started:
        yield started


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    """Run an exporter for each mode, and relays in front of it."""
    with ExitStack() as stack:
        exporters = {
            name: stack.enter_context(exporter(folder, name, mode))
            for name, mode in modes(folder).items()
        }
        for _, log in exporters.values():
            wait_until(lambda log=log: "started" in log.read_text(), "exporter", 20, [log])  # type: ignore[misc]
        relays = {
            (version, name): stack.enter_context(Relay(target))
            for version in PROGRAMS
            for name, (target, _) in exporters.items()
        }
        yield Running(exporters, relays)


def client_of(folder: Path) -> httpx.Client:
    """Return a client that all exporters accept; each of its requests is a new connection."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "client.crt", folder / "client.key")
    return httpx.Client(
        verify=context, trust_env=False, auth=(USER, PASSWORD), headers={"Connection": "close"}
    )


def disturb(folder: Path, running: Running) -> float:
    """Reload all exporters every second and rotate now and then; return the seconds it took."""
    start = time.monotonic()
    with client_of(folder) as client:
        for second in range(SECONDS):
            time.sleep(max(0.0, start + second - time.monotonic()))
            if second % (SECONDS // ROTATIONS) == 0:
                rotate(folder)
            for name, (target, _) in running.exporters.items():
                scheme = "http" if name == "plain" else "https"
                reply = client.post(f"{scheme}://{target}/-/reload")
                assert reply.text == "reloaded\n", name
    return time.monotonic() - start


def test_no_scrape_fails_and_connections_are_reused(folder: Path, running: Running) -> None:
    """`up` is 1 in every sample of a minute, and a scrape rarely needs a new connection."""
    for version, program in PROGRAMS.items():
        require(prometheus.available(program), f"testbed/install for Prometheus {version}")
    names = list(modes(folder))
    with ExitStack() as stack:
        servers = {
            version: stack.enter_context(scraping(folder, running, version)) for version in PROGRAMS
        }
        for server in servers.values():
            server.wait_for("up == 1", lambda rows: len(rows) == len(names))
        before = {key: relay.connections for key, relay in running.relays.items()}
        seconds = int(disturb(folder, running))
        for version, server in servers.items():
            samples = counts(server, f"count_over_time(up[{seconds}s])")
            slowest = counts(server, f"max_over_time(scrape_duration_seconds[{seconds}s])")
            assert counts(server, f"min_over_time(up[{seconds}s]) == 0") == {}, (version, slowest)
            assert samples.keys() == set(names)
            assert min(samples.values()) > 0.9 * seconds, (version, samples)
    used = {key: relay.connections - before[key] for key, relay in running.relays.items()}
    print(f"{seconds} s, new connections: {used}")  # noqa: T201
    for (version, name), connections in used.items():
        # One more for each certificate, and for each time that a request met a closed connection.
        limit = 1 if name == "plain" else 2 * ROTATIONS
        assert connections <= limit, (version, name, used)


def counts(server: Prometheus, expression: str) -> dict[str, float]:
    """Return the result of a query by job."""
    return {labels["job"]: value for labels, value in server.query(expression)}
