"""Measures the load on Ceph: the CPU use of mon and mgr in a real cluster of 16.2.15, for each API.

Run it as root after testbed/install. It takes about an hour, and prints a line of JSON for each
measurement. It first waits until the CPU use of mon and mgr no longer falls. Before and after each
API, it measures their CPU use without any requests.

`python -m benchmarks.ceph [OSDS]` adds OSDs to the map, by default 10,000, but does not run them.
The maps in mon and mgr are as large as if they ran. `python -m benchmarks.ceph running [OSDS]` runs
the OSDs, by default 40.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPException
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from testbed.ceph import CephCluster
from testbed.client import scrape
from testbed.exporter import COMMAND, arguments
from testbed.process import Daemon, free_port

_PORT = 28000
_SCRAPE = 15
_WINDOW = 120.0
_LONG = 300.0
"""Seconds of a measurement that is long enough to include one request for the slow documents."""
_SETTLING = 40
_STEADY = 0.95
"""A cluster is idle once it uses at least this fraction of the CPU time of the previous window."""
_MOST_WINDOWS = 8
"""Number of windows after which a cluster counts as idle in any case."""
_GZIP = b"\x1f\x8b"
_LAST_PORT = 29999
# These options are removed from the testbed's configuration. Its intervals are so short that they
# would hide the load of requests. Its ports and its number of copies are made for small clusters.
_CHANGED = (
    *("mgr stats period", "mgr tick period", "mon mgr digest period"),
    *("ms bind port max", "osd pool default size"),
)
_NEW_OSDS = """
import json, sys, uuid
from concurrent.futures import ThreadPoolExecutor
import rados
count, conf = int(sys.argv[1]), sys.argv[2]
def make(numbers):
    with rados.Rados(conffile=conf, name="client.admin") as cluster:
        for number in numbers:
            command = {"prefix": "osd new", "uuid": str(uuid.uuid4()), "id": number}
            code, _, text = cluster.mon_command(json.dumps(command), b"")
            if code:
                sys.exit(f"osd new {number}: {text}")
with ThreadPoolExecutor(128) as pool:
    list(pool.map(make, [range(first, count, 128) for first in range(128)]))
"""


class Large(CephCluster):
    """A cluster as large as the machine can run, with Ceph's own intervals."""

    def make_folder(self, modules: list[str]) -> None:
        """Write the configuration with Ceph's own intervals and with ports for many OSDs."""
        super().make_folder(modules)
        file = self.folder / "ceph.conf"
        lines = file.read_text().splitlines(keepends=True)
        remaining = "".join(line for line in lines if not line.startswith(_CHANGED))
        file.write_text(f"{remaining}ms bind port max = {_LAST_PORT}\nosd pool default size = 3\n")

    def grow(self, osds: int) -> None:
        """Add OSDs to the map, with 20 OSDs per host and 25 hosts per rack. The OSDs never run."""
        conf, crush = str(self.folder / "ceph.conf"), str(self.folder / "crush")
        script = [*("/usr/bin/python3", "-c", _NEW_OSDS), str(osds), conf]
        subprocess.run(script, check=True)  # noqa: S603
        layers = ("host", "straw2", "20", "rack", "straw2", "25", "default", "straw2", "0")
        self.run("crushtool", "--build", "--num_osds", str(osds), *layers, "-o", crush)
        self.ceph("osd", "setcrushmap", "-i", crush, timeout=120)

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of each daemon since its start."""
        return {name: _cpu(daemon.pid) for name, daemon in self._daemons.items()}


class Cost(NamedTuple):
    """CPU seconds per minute of mon and mgr while one API is polled every 15 s, and other costs."""

    way: str
    mon: float
    mgr: float
    exporter: float = 0.0
    """CPU seconds per minute of the exporter, including the child process that rados needs."""
    scrape: float = 0.0
    """Median duration of a scrape in seconds."""
    bytes_poll: float = 0.0
    series: int = 0


def measure(osds: int, *, running: bool) -> list[Cost]:
    """Measure all APIs, one after the other, on one cluster."""
    started = osds if running else 0
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:  # a disk is too slow
        cluster = Large(
            Path(folder), mons=1, mgrs=1, osds=started, prometheus=True, base_port=_PORT
        )
        with cluster:
            cluster.ceph("config", "set", "mgr", "mgr/prometheus/scrape_interval", str(_SCRAPE))
            if running:
                time.sleep(_SETTLING)
            else:
                _print(f"adding {osds} OSDs")
                cluster.grow(osds)
                _restart_mgr(cluster)
            return list(_measure_all(cluster))


def _measure_all(cluster: Large) -> Iterator[Cost]:
    cluster.module_page()  # wait, because on a large cluster it first answers 503
    _wait_until_idle(cluster, cluster.module_url)
    cost, page = _cost(cluster, "module prometheus", cluster.module_url, _LONG)
    yield _printed(cost._replace(bytes_poll=len(page)))
    _without_module(cluster)
    _wait_until_idle(cluster)
    ways = {
        "rados": [
            "--cluster.username=admin",
            f"--cluster.ceph-conf={cluster.folder / 'ceph.conf'}",
            f"--cluster.keyring={cluster.folder / 'keyring'}",
        ],
        "restful": arguments(cluster, "restful"),
        "dashboard": arguments(cluster, "dashboard"),
    }
    for api, flags in ways.items():
        yield _printed(_cost(cluster, "no requests")[0])
        with _exporter(cluster.folder, f"--cluster.api={api}", *flags) as (pid, url):
            cluster.wait(partial(_up, url), f"answer over {api}", 180)
            cost, page = _cost(cluster, api, url, _LONG, pid)
            yield _printed(cost._replace(bytes_poll=_answers(page)))
    yield _printed(_cost(cluster, "no requests")[0])


def _wait_until_idle(cluster: Large, scraped: str = "") -> None:
    """Wait until the CPU use of the daemons has stopped falling."""
    used = float("inf")
    for _ in range(_MOST_WINDOWS):
        cost = _printed(_cost(cluster, "becoming idle", scraped)[0])
        if cost.mon + cost.mgr > used * _STEADY:
            return
        used = cost.mon + cost.mgr


def _restart_mgr(cluster: Large) -> None:
    """Restart the mgr; otherwise it would be busy with 10,000 new maps for a long time."""
    cluster.stop_mgr("x")
    cluster.start_mgr("x")
    _wait_for_mgr(cluster)


def _without_module(cluster: Large) -> None:
    cluster.ceph("mgr", "module", "disable", "prometheus", timeout=60)
    del cluster.modules["prometheus"]
    time.sleep(5)  # the mgr restarts its modules
    _wait_for_mgr(cluster)


def _wait_for_mgr(cluster: Large) -> None:
    cluster.wait(lambda: cluster.apis_answer() and bool(cluster.active_mgr()), "mgr", 180)
    time.sleep(_SETTLING)


def _up(url: str) -> bool:
    return "\nceph_up 1\n" in _page(url)


def _page(url: str) -> str:
    body = scrape(urlsplit(url).port or 0, timeout=120)
    return (gzip.decompress(body) if body.startswith(_GZIP) else body).decode()


def _cost(
    cluster: Large, way: str, scraped: str = "", seconds: float = _WINDOW, exporter: int = 0
) -> tuple[Cost, str]:
    """Measure for `seconds`; return the cost and the last page.

    scraped: the URL to scrape, empty for none; exporter: the pid of the exporter, 0 for none.
    """
    before, own, start = cluster.cpu(), _cpu_of_tree(exporter), time.monotonic()
    page, lengths = "", list[float]()
    while (passed := time.monotonic() - start) < seconds:
        if scraped:
            begin = time.monotonic()
            with suppress(HTTPException):  # the module answers 503 while its data is old
                page = _page(scraped)
            lengths.append(time.monotonic() - begin)
        time.sleep(max(0.0, min(_SCRAPE, seconds - passed)))
    minutes = (time.monotonic() - start) / 60
    used = {name: (value - before[name]) / minutes for name, value in cluster.cpu().items()}
    own = (_cpu_of_tree(exporter) - own) / minutes
    cost = Cost(way, used["mon.a"], used["mgr.x"], own, median(lengths or [0.0]))
    return cost._replace(series=page.count("\n") - page.count("\n#")), page


@contextmanager
def _exporter(folder: Path, *flags: str) -> Iterator[tuple[int, str]]:
    port = free_port()
    # The timeout is long, because polls may be slow on a busy machine.
    command = (*COMMAND, "--poll.timeout=30s", f"--web.listen-address=127.0.0.1:{port}", *flags)
    exporter = Daemon(*command, log=folder / "log" / "exporter")
    try:
        yield exporter.pid, f"http://127.0.0.1:{port}/metrics"
    finally:
        exporter.stop()
        sys.stderr.write((folder / "log" / "exporter").read_text()[-2000:])


def _answers(page: str) -> float:
    """Return the total size of all documents in bytes."""
    families = text_string_to_metric_families(page)
    (sizes,) = (family for family in families if family.name == "ceph_exporter_document_bytes")
    return sum(sample.value for sample in sizes.samples)


def _cpu(pid: int) -> float:
    """Return the user and system time of a process in seconds, with a resolution of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _cpu_of_tree(pid: int) -> float:
    """Return the CPU seconds of a process and its children; 0 if the pid is 0."""
    if not pid:
        return 0.0
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = (int(child) for task in tasks for child in task.read_text().split())
    return sum(map(_cpu, (pid, *children)))


def _printed(cost: Cost) -> Cost:
    _print(json.dumps(cost._asdict()))
    return cost


def _print(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    alive = sys.argv[1:2] == ["running"]
    sizes = sys.argv[1 + alive :]
    measure(int(sizes[0]) if sizes else 40 if alive else 10_000, running=alive)
