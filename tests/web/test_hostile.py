"""The exporter as a process against hostile clients: connections held open, and fuzzing.

With CEPH_EXPORTER_LONG_TESTS set, the runs are longer: 10,000 requests and 20,000 inputs. The long
run of fuzzing is in test_fuzz.py.
"""

import os
import random
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import pytest

from ceph_exporter.web.connection import HEADER_TIMEOUT
from testbed.running import ExporterProcess, running
from testbed.waiting import until
from tests.web.certificates import Certificates
from tests.web.generated import GENERATORS, throw

LONG = bool(os.environ.get("CEPH_EXPORTER_LONG_TESTS"))
REQUESTS = 10_000 if LONG else 300
INPUTS = 20_000 if LONG else 500
SEED = 9128
POLLING = 2  # descriptors of the demo's connection to itself, open only during polls


@pytest.fixture
def exporter(certificates: Certificates) -> Iterator[ExporterProcess]:
    """Run a demo that serves TLS."""
    web = certificates.folder / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.crt, key_file: server.key}")
    tls = ssl.create_default_context(cafile=certificates.ca_file)
    flags = ("--demo", f"--web.config.file={web}")
    with running(certificates.folder, *flags, tls=tls) as started:
        until(lambda: started.ask("/-/ready").status == 200, "ready")
        yield started


def scrape_seconds(exporter: ExporterProcess, times: int = 15) -> tuple[float, float]:
    """Scrape several times; return the median and the longest duration in seconds."""
    taken = []
    for _ in range(times):
        start = time.monotonic()
        assert exporter.ask("/metrics").status == 200
        taken.append(time.monotonic() - start)
    return median(taken), max(taken)


def half_a_header(exporter: ExporterProcess, stack: ExitStack) -> socket.socket:
    """Return a connection that has done the handshake and sent only part of a request."""
    assert exporter.tls is not None
    sock = stack.enter_context(socket.create_connection(("127.0.0.1", exporter.port)))
    secured = exporter.tls.wrap_socket(sock, server_hostname="127.0.0.1")
    secured.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Half: ")
    return stack.enter_context(secured)


def closed(client: socket.socket, byte: bytes = b"") -> bool:
    """Return whether the server has closed the connection, after sending `byte`."""
    client.settimeout(0.01)
    try:
        if byte:
            client.sendall(byte)
        return client.recv(1) == b""
    except (TimeoutError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


def test_held_connections_do_not_keep_a_scrape_waiting(exporter: ExporterProcess) -> None:
    """A scrape succeeds despite 60 silent, 60 half and one dripping client, which are cut later."""
    unloaded = scrape_seconds(exporter)
    descriptors = exporter.descriptors()
    with ExitStack() as stack:
        start = time.monotonic()
        address = ("127.0.0.1", exporter.port)
        held = [stack.enter_context(socket.create_connection(address)) for _ in range(60)]
        held += [half_a_header(exporter, stack) for _ in range(60)]
        dripping = half_a_header(exporter, stack)
        loaded = scrape_seconds(exporter)
        # All are still open, unless the scrapes took so long that the first were already cut.
        held_open, so_far = exporter.descriptors(), time.monotonic() - start
        assert held_open > 121 or so_far > HEADER_TIMEOUT
        # Generous, because other tests run in parallel; measured alone, the two are equal.
        assert loaded[0] < 10 * unloaded[0] + 1.0
        closed_at = dict.fromkeys(range(len(held)), 0.0)

        def all_cut() -> bool:
            for index, client in enumerate(held):
                if not closed_at[index] and closed(client):
                    closed_at[index] = time.monotonic() - start
            return all(closed_at.values())

        dripped = 0.0

        def drip_cut() -> bool:
            nonlocal dripped
            if time.monotonic() - dripped < 1:
                return False
            dripped = time.monotonic()
            return closed(dripping, b"x")

        # Check both each time, because the dripping client has to go on dripping.
        cut: dict[str, float] = {}

        def everyone_cut() -> bool:
            for name, is_cut in (("held", all_cut), ("dripping", drip_cut)):
                if name not in cut and is_cut():
                    cut[name] = time.monotonic() - start
            return len(cut) == 2

        until(everyone_cut, "all cut", 15)
    print(f"unloaded {unloaded}, loaded {loaded}, cut {cut}")  # noqa: T201
    until(lambda: exporter.descriptors() <= descriptors + POLLING, "descriptors released")


def test_many_scrapes_leave_no_descriptor(exporter: ExporterProcess) -> None:
    """Many scrapes over TLS leave no additional descriptor open."""
    scrape_seconds(exporter)
    before = exporter.descriptors()
    for _ in range(REQUESTS):
        assert exporter.ask("/metrics").status == 200
    until(lambda: exporter.descriptors() <= before + POLLING, "descriptors released")
    print(f"{REQUESTS} scrapes, {before} descriptors before, {exporter.descriptors()} after")  # noqa: T201


def test_no_input_stops_the_server(exporter: ExporterProcess, certificates: Certificates) -> None:
    """The server survives random bytes, odd requests, huge headers, pipelines and path tricks."""
    source = random.Random(SEED)  # noqa: S311
    folder = certificates.folder / "plain"
    folder.mkdir()
    answers: dict[bytes, int] = {}
    with running(folder, "--demo") as plain:
        until(lambda: plain.ask("/-/ready").status == 200, "ready")
        descriptors = plain.descriptors() + POLLING, exporter.descriptors() + POLLING
        for number in range(INPUTS):
            sent = source.choice(GENERATORS)(source)
            answer = throw(plain.port, sent)
            assert answer[:9] in (b"", b"HTTP/1.1 "), (number, sent[:200], answer)
            answers[answer[9:12]] = answers.get(answer[9:12], 0) + 1
            if number % 10 == 0:  # also to the TLS port, where most of it is not a handshake
                throw(exporter.port, source.choice((b"\x16\x03\x01", b"")) + sent)
        for served in (plain, exporter):
            assert served.ask("/metrics").status == 200
        until(lambda: plain.descriptors() <= descriptors[0], "descriptors released")
        until(lambda: exporter.descriptors() <= descriptors[1], "descriptors released")
        assert "please report" not in plain.said() + exporter.said()
    assert {b"200", b"400", b"404", b"405", b"431", b"505"} <= set(answers)
    print(f"{INPUTS} inputs: {answers}")  # noqa: T201
