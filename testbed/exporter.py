"""Runs the exporter as a user does, with commands and flags."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

from testbed.bootstrap import USER
from testbed.process import Daemon, Service, free_port
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from testbed.ceph import CephCluster

TIMEOUT = 3
"""Maximum duration of a poll of `Exporter`, in seconds."""
COMMAND = (sys.executable, "-m", "ceph_exporter")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself, such as `once` or `record`."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)


def arguments(cluster: CephCluster, api: str) -> list[str]:
    """Return the flags for polling the cluster over an API; the exporter detects which one.

    api: dashboard or restful.
    """
    url, secret = {
        "dashboard": (cluster.dashboard_url, cluster.password_file),
        "restful": (cluster.restful_url, cluster.restful_key_file),
    }[api]
    return [
        f"--cluster.url={url}",
        f"--cluster.username={USER}",
        f"--cluster.password-file={secret}",
        f"--cluster.ca-file={cluster.ca_file}",
    ]


class Exporter(Service):
    """An exporter that polls a real cluster every second. arguments: the flags for the cluster."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.target = f"127.0.0.1:{self.port}"
        self.log = folder / f"exporter-{self.port}.log"
        self._arguments: tuple[str, ...] = (
            "--poll.interval=1s",
            f"--poll.timeout={TIMEOUT}s",
            "--poll.stale-after=10s",
            "--poll.ceph-share=100%",
        )
        self._arguments += (f"--web.listen-address={self.target}", *arguments)
        self._daemon: Daemon | None = None

    def start(self) -> None:
        """Start the exporter and wait until it serves the result of a poll."""
        self._daemon = Daemon(
            *COMMAND, *self._arguments, log=self.log, environment=dict(os.environ)
        )
        wait_until(lambda: "ceph_up" in self.page(), "page with ceph_up", 20, [self.log])

    def stop(self) -> int:
        """Stop the exporter with SIGTERM; return its exit code, or -1 if it is not running."""
        daemon, self._daemon = self._daemon, None
        return -1 if daemon is None else daemon.stop()

    def in_use(self) -> tuple[int, int]:
        """Return the number of threads and of open file descriptors."""
        assert self._daemon is not None
        process = Path(f"/proc/{self._daemon.pid}")
        return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))

    def children(self) -> list[int]:
        """Return the pids of the child processes."""
        assert self._daemon is not None
        tasks = Path(f"/proc/{self._daemon.pid}/task").glob("*/children")
        return [int(number) for task in tasks for number in task.read_text().split()]

    def page(self) -> str:
        """Return the page of metrics in the text format."""
        answer = httpx.get(f"http://{self.target}/metrics", trust_env=False)
        return answer.raise_for_status().text

    def series(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """Return the values of a metric, by labels."""
        return {
            frozenset(sample.labels.items()): sample.value
            for family in text_string_to_metric_families(self.page())
            for sample in family.samples
            if sample.name == name
        }

    def wait_for(
        self,
        name: str,
        predicate: Callable[[dict[frozenset[tuple[str, str]], float]], bool],
        timeout: float = 30.0,
    ) -> None:
        """Wait until the predicate holds for the samples of a metric."""
        wait_until(lambda: predicate(self.series(name)), f"awaited {name}", timeout, [self.log])
