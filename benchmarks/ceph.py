"""What Ceph pays: CPU of mon and mgr on a real cluster of 16.2.15 with 10,000 OSDs in its map.

`python -m benchmarks.ceph [OSDS]` as root, with what tests/real/install installs; 15 minutes. No
OSD runs: mon and mgr answer at that size all the same. It prints a line of JSON for each way.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.real.ceph import CephCluster
from tests.real.exporter import COMMAND, free_port
from tests.real.process import Daemon

_PORT = 28000
_SCRAPE = 15
_WINDOW = 120.0
_LONG = 300.0
"""Seconds in which an exporter asks for the slow documents once."""
# The tests' clusters hurry; a mgr that digests every second would hide what is measured here.
_HURRY = ("mgr stats period", "mgr tick period", "mon mgr digest period")
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
    """A cluster whose mgr keeps Ceph's own times, and that gives the pids of its daemons."""

    def make_folder(self, modules: list[str]) -> None:
        """Write the configuration without the tests' short times."""
        super().make_folder(modules)
        file = self.folder / "ceph.conf"
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(_HURRY)))

    def grow(self, osds: int) -> None:
        """Put OSDs into the map, 20 a host and 25 hosts a rack; they are in but never ran."""
        conf, crush = str(self.folder / "ceph.conf"), str(self.folder / "crush")
        script = [*("/usr/bin/python3", "-c", _NEW_OSDS), str(osds), conf]
        subprocess.run(script, check=True)  # noqa: S603
        layers = ("host", "straw2", "20", "rack", "straw2", "25", "default", "straw2", "0")
        self.run("crushtool", "--build", "--num_osds", str(osds), *layers, "-o", crush)
        self.ceph("osd", "setcrushmap", "-i", crush, timeout=120)

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each daemon since its start."""
        return {name: _cpu(daemon.pid) for name, daemon in self._daemons.items()}


class Cost(NamedTuple):
    """CPU seconds a minute of one way to ask; bytes and series of what it gave."""

    way: str
    mon: float
    mgr: float
    bytes_poll: float = 0.0
    series: int = 0


def measure(osds: int) -> list[Cost]:
    """Measure each way in turn, on one cluster."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:  # a disk is too slow
        cluster = Large(Path(folder), mons=1, mgrs=1, osds=0, prometheus=True, base_port=_PORT)
        with cluster:
            cluster.ceph("config", "set", "mgr", "mgr/prometheus/scrape_interval", str(_SCRAPE))
            _say(f"adding {osds} OSDs")
            cluster.grow(osds)
            return list(_ways(cluster))


def _ways(cluster: Large) -> Iterator[Cost]:
    _module(cluster, "disable")
    yield _said(_cost(cluster, "nobody asks"))
    own = str(cluster.folder / "keyring")
    tls = "--cluster.insecure-skip-verify"
    ways = {
        "rados": (
            "--cluster.username=admin",
            f"--cluster.ceph-conf={cluster.folder / 'ceph.conf'}",
            f"--cluster.keyring={own}",
        ),
        "restful": (
            *(f"--cluster.url={cluster.restful_url}", "--cluster.username=exporter", tls),
            f"--cluster.password-file={cluster.restful_key_file}",
        ),
        "dashboard": (
            *(f"--cluster.url={cluster.dashboard_url}", "--cluster.username=exporter", tls),
            f"--cluster.password-file={cluster.password_file}",
        ),
    }
    for api, arguments in ways.items():
        with _exporter(cluster.folder, f"--cluster.api={api}", *arguments) as url:
            cluster.wait(partial(_up, url), f"answer over {api}", 180)
            cost = _cost(cluster, api, seconds=_LONG)
            sizes, series = _of_page(_page(url))
            yield _said(cost._replace(bytes_poll=sizes, series=series))
    _module(cluster, "enable")
    cost = _cost(cluster, "module prometheus", cluster.module_url)
    page = _page(cluster.module_url)
    yield _said(cost._replace(bytes_poll=len(page), series=page.count("\n") - page.count("\n#")))


def _module(cluster: Large, verb: str) -> None:
    cluster.ceph("mgr", "module", verb, "prometheus", timeout=60)
    if verb == "disable":
        del cluster.modules["prometheus"]
    else:
        cluster.modules["prometheus"] = ("server_port", cluster.module_urls)
    time.sleep(5)  # the mgr begins to start anew
    cluster.wait(lambda: cluster.apis_answer() and bool(cluster.active_mgr()), "mgr", 180)
    time.sleep(20)


def _up(url: str) -> bool:
    return "\nceph_up 1\n" in _page(url)


def _page(url: str) -> str:
    return httpx.get(url, trust_env=False, timeout=120).raise_for_status().text


def _cost(cluster: Large, way: str, scraped: str = "", seconds: float = _WINDOW) -> Cost:
    before, start = cluster.cpu(), time.monotonic()
    while (passed := time.monotonic() - start) < seconds:
        if scraped:
            _page(scraped)
        time.sleep(max(0.0, min(_SCRAPE, seconds - passed)))
    minutes = (time.monotonic() - start) / 60
    used = {name: value - before[name] for name, value in cluster.cpu().items()}
    return Cost(way, used["mon.a"] / minutes, used["mgr.x"] / minutes)


@contextmanager
def _exporter(folder: Path, *arguments: str) -> Iterator[str]:
    port = free_port()
    # A busy machine must not look like an outage.
    command = (*COMMAND, "--poll.timeout=30s", f"--web.listen-address=127.0.0.1:{port}", *arguments)
    exporter = Daemon(*command, log=folder / "log" / "exporter")
    try:
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        exporter.stop()
        sys.stderr.write((folder / "log" / "exporter").read_text()[-2000:])


def _of_page(page: str) -> tuple[float, int]:
    """Give the bytes of all documents that were had, and the number of series."""
    families = {family.name: family for family in text_string_to_metric_families(page)}
    sizes = families["ceph_exporter_document_bytes"].samples
    return sum(s.value for s in sizes), sum(len(found.samples) for found in families.values())


def _cpu(pid: int) -> float:
    """User and system time of a process and its threads, in seconds; a tick is 10 ms."""
    found = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(found[11]) + int(found[12])) / 100


def _said(cost: Cost) -> Cost:
    _say(json.dumps(cost._asdict()))
    return cost


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    measure(int(sys.argv[1]) if sys.argv[1:] else 10_000)
