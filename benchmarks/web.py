"""Compares scrapes of a commit with those of the work tree: `python -m benchmarks.web COMMIT`.

Both exporters poll the same server of ready answers. They are measured in turns, so that whatever
else the machine does affects both, and the table has the median of all turns. It takes three
minutes by default and needs an idle machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import bcrypt
import trustme

from benchmarks import client
from benchmarks.client import How
from testbed.process import free_port

_ROOT = Path(__file__).parent.parent
_USER, _PASSWORD = "prometheus", "secret"
_CLIENTS = 50
_MEASURES = {
    "50 clients, scrapes a second": (_CLIENTS, How()),
    "50 clients, open connections": (_CLIENTS, How(keep_alive=True)),
    "50 clients, open connections, TLS and password": (_CLIENTS, How(keep_alive=True, ca="ca.pem")),
    "1 client, p99 of a scrape, ms": (1, How()),
    "1 client, open connection, p99, ms": (1, How(keep_alive=True)),
}


class Side(NamedTuple):
    """A commit or the work tree: where plain and TLS exporters of it listen."""

    plain: int
    tls: int


@contextmanager
def _process(*args: str, folder: Path, out: Path) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with out.open("w") as stream:
        command = [sys.executable, *args]
        with subprocess.Popen(command, stdout=stream, cwd=folder, env=environment) as process:  # noqa: S603
            try:
                yield
            finally:
                process.kill()


@contextmanager
def _side(root: Path, url: str, files: Path) -> Iterator[Side]:
    """Run a plain and a TLS exporter of the sources in `root`."""
    side = Side(free_port(), free_port())
    with ExitStack() as stack:
        for port in side:
            flags = [
                *("-m", "ceph_exporter", f"--cluster.url={url}", "--cluster.api=rest-api"),
                *(f"--web.listen-address=127.0.0.1:{port}", "--poll.interval=60s"),
                "--log.level=error",
            ]
            if port == side.tls:
                flags.append(f"--web.config.file={files / 'web.yml'}")
            stack.enter_context(_process(*flags, folder=root, out=files / f"{port}.log"))
        for port, how in ((side.plain, How()), (side.tls, _tls(files))):
            _wait(port, how)
        yield side


def _tls(files: Path) -> How:
    return How(keep_alive=True, ca=str(files / "ca.pem"), user=f"{_USER}:{_PASSWORD}")


def _wait(port: int, how: How) -> None:
    scraper, end = client.Client(port, how), time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError, ValueError):
            if b"ceph_up" in scraper.page() or scraper.scrape() > 5000:
                scraper.close()
                return
        time.sleep(0.1)
    raise TimeoutError(f"no page at port {port}")


def _write(files: Path) -> None:
    """Write the certificate and the web configuration."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(files / "ca.pem"))
    issued = ca.issue_cert("127.0.0.1")
    (files / "server.crt").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    (files / "server.key").write_bytes(issued.private_key_pem.bytes())
    hashed = bcrypt.hashpw(_PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    web = {
        "tls_server_config": {"cert_file": "server.crt", "key_file": "server.key"},
        "basic_auth_users": {_USER: hashed},
    }
    (files / "web.yml").write_text(json.dumps(web))


def _load(port: int, clients: int, seconds: float, how: How) -> list[tuple[float, float, int]]:
    args = [str(port), str(clients), str(seconds), *(["--keep-alive"] if how.keep_alive else [])]
    if how.ca:
        args += ["--ca", how.ca, "--user", how.user]
    command = [sys.executable, "-m", "benchmarks.client", *args]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    rows = [line.split() for line in out.splitlines()]
    return [(float(start), float(length), int(size)) for start, length, size in rows]


def _measure(side: Side, clients: int, how: How, seconds: float, files: Path) -> float:
    """Return scrapes per second for several clients, milliseconds for a single one."""
    port = side.tls if how.ca else side.plain
    rows = _load(port, clients, seconds, _tls(files) if how.ca else how)
    failed = sum(not size for _, _, size in rows)
    if failed:
        sys.stderr.write(f"{failed} of {len(rows)} scrapes failed\n")
    if clients == 1:
        lengths = sorted(length for _, length, _ in rows)
        return lengths[int(len(lengths) * 0.99)] * 1000
    span = max(start + length for start, length, _ in rows) - min(row[0] for row in rows)
    return (len(rows) - failed) / span


def main() -> None:
    """Measure both sides in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--osds", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        files = Path(name)
        old = files / "old"
        old.mkdir()
        archive = ["git", "-C", str(_ROOT), "archive", asked.commit]
        packed = subprocess.run(archive, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603
        subprocess.run(["tar", "x", "-C", str(old)], input=packed, check=True)  # noqa: S603, S607
        _write(files)
        log = files / "answers"
        server = ("-m", "benchmarks.server", str(asked.osds))
        stack.enter_context(_process(*server, folder=_ROOT, out=log))
        while not (url := log.read_text().partition("\n")[0]):
            time.sleep(0.1)
        sides = {
            asked.commit: stack.enter_context(_side(old, url, files)),
            "work tree": stack.enter_context(_side(_ROOT, url, files)),
        }
        results: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for turn in range(asked.turns):
            order = list(sides) if turn % 2 else list(sides)[::-1]
            for measure, (clients, how) in _MEASURES.items():
                for title in order:
                    value = _measure(sides[title], clients, how, asked.seconds, files)
                    results[measure][title].append(value)
            sys.stderr.write(f"turn {turn + 1} of {asked.turns}\n")
    _print(results, list(sides))


def _print(results: dict[str, dict[str, list[float]]], titles: list[str]) -> None:
    head = [*titles, "ratio"]
    sys.stdout.write(f"| | {' | '.join(head)} |\n|---|{'--:|' * len(head)}\n")
    medians = {
        measure: [statistics.median(values[title]) for title in titles]
        for measure, values in results.items()
    }
    for measure, (old, new) in medians.items():
        sys.stdout.write(f"| {measure} | {old:.4g} | {new:.4g} | {new / old:.2f} |\n")
    (_, plain), (_, secured) = list(medians.values())[1:3]
    sys.stdout.write(f"\nTLS and password over plain, open connections: {secured / plain:.2f}\n")


if __name__ == "__main__":
    main()
