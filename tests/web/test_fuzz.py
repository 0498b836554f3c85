"""Fuzzing of the exporter as a process: what it answers, how fast, and what is left afterwards.

With CEPH_EXPORTER_LONG_TESTS set, it receives 200,000 requests, otherwise those of ten seconds;
CEPH_EXPORTER_FUZZ_REQUESTS sets another number.
"""

import http.client
import os
import random
import time
from pathlib import Path

import pytest

from testbed.client import ask
from testbed.promptness import bare_server, prompt, summary
from testbed.running import ExporterProcess, running
from testbed.waiting import until
from tests.web.generated import GENERATORS, GOOD, throw

pytestmark = pytest.mark.usefixtures("untraced")

REQUESTS = int(
    os.environ.get("CEPH_EXPORTER_FUZZ_REQUESTS")
    or (200_000 if os.environ.get("CEPH_EXPORTER_LONG_TESTS") else 0)
)
SECONDS = 10.0
SEED = 9128
POLLING = 2  # descriptors of the demo's connection to itself, open only during polls


def memory(exporter: ExporterProcess) -> int:
    """Return the resident memory of the process in bytes."""
    pages = Path(f"/proc/{exporter.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def timed(port: int, sent: bytes, step: int = 0) -> tuple[bytes, float]:
    """Return the first bytes of the reply, and the seconds that it took."""
    start = time.perf_counter()
    answer = throw(port, sent, step)
    return answer, time.perf_counter() - start


def test_no_request_stops_or_bloats_the_exporter(tmp_path: Path) -> None:
    """Every reply is HTTP and prompt, and no descriptor, thread or memory is left in use."""
    source = random.Random(SEED)  # noqa: S311
    times: dict[str, list[float]] = {"fuzz": [], "scrape": [], "bare": []}
    with (
        running(tmp_path, "--demo") as exporter,
        bare_server(b"x" * 20_000, tmp_path) as bare,
    ):
        until(lambda: exporter.ask("/-/ready").status == 200, "ready")
        used = exporter.descriptors() + POLLING, exporter.threads()
        end, number, warm = time.monotonic() + SECONDS, 0, 0
        while number < REQUESTS if REQUESTS else time.monotonic() < end:
            sent = source.choice(GENERATORS)(source)
            step = source.choice((1, 1, 7)) if len(sent) < 200 and number % 20 == 0 else 0
            answer, seconds = timed(exporter.port, sent, step)
            assert answer[:9] in (b"", b"HTTP/1.1 "), (number, sent[:200], answer)
            assert answer[9:12] != b"500", (number, sent[:200])
            times["fuzz"].append(seconds)
            if number % 5 == 0:
                answer, seconds = timed(exporter.port, GOOD)
                assert answer.startswith(b"HTTP/1.1 200 ")
                times["scrape"].append(seconds)
                times["bare"].append(timed(bare, GOOD)[1])
            number += 1
            if number == (REQUESTS or 1000) // 4:
                warm = memory(exporter)
        until(lambda: exporter.descriptors() <= used[0], "descriptors released")
        until(lambda: exporter.threads() <= used[1] + 1, "threads terminated")
        last = memory(exporter)
        said = exporter.said()
    for name, taken in times.items():
        print(name, summary(taken))  # noqa: T201
    print(f"{number} requests, memory {warm / 1e6:.1f} MB, then {last / 1e6:.1f} MB")  # noqa: T201
    assert "please report" not in said
    assert prompt(times["fuzz"], times["bare"])
    assert prompt(times["scrape"], times["bare"])
    # A short run starts before all pages and threads were in use for the first time.
    assert not warm or last < warm * (1.1 if REQUESTS else 1.5)


def test_the_largest_fields_do_not_delay_a_scrape(tmp_path: Path) -> None:
    """Requests with 32,000 equal bytes in a field are answered at once, and scrapes beside them."""
    taken, scrapes, bare = [], [], []
    with running(tmp_path, "--demo") as exporter, bare_server(b"x" * 20_000, tmp_path) as other:
        until(lambda: exporter.ask("/-/ready").status == 200, "ready")
        for name in ("Accept", "Accept-Encoding", "Authorization", "Host", "Connection", "X"):
            for unit in (" ", "\t", ",", ";", "0", "QUJD"):
                for end in ("", "\0"):
                    value = unit * (32_000 // len(unit)) + end
                    fields = f"{name}: {value}" + ("" if name == "Host" else "\r\nHost: x")
                    sent = f"GET /metrics HTTP/1.1\r\n{fields}\r\n\r\n".encode()
                    answer, seconds = timed(exporter.port, sent)
                    assert answer[9:12] in (b"200", b"400"), (name, unit, answer)
                    taken.append(seconds)
                    scrapes.append(timed(exporter.port, GOOD)[1])
                    bare.append(timed(other, GOOD)[1])
    assert prompt(taken, bare), summary(taken)
    assert prompt(scrapes, bare), summary(scrapes)
    assert sorted(taken)[len(taken) // 2] < 0.05


def test_a_connection_survives_what_is_not_an_error(tmp_path: Path) -> None:
    """Scrapes of all kinds go over one connection, as Prometheus keeps it."""
    with running(tmp_path, "--demo") as exporter:
        client = http.client.HTTPConnection("127.0.0.1", exporter.port, timeout=20)
        client.connect()
        sock = client.sock
        for accept in ("gzip", "identity", "gzip;q=0") * 5:
            client.request("GET", "/metrics", headers={"Accept-Encoding": accept})
            with client.getresponse() as reply:
                assert reply.status == 200
                reply.read()
        assert client.sock is sock
        client.close()
        assert ask(exporter.port, "/-/healthy").status == 200
