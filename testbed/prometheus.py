"""A real Prometheus that scrapes its targets every second."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import httpx

from testbed.process import ENVIRONMENT, Daemon, Service
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Sample = tuple[dict[str, str], float]

CONFIGURATION = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: ceph
    metrics_path: {path}
    static_configs:
      - targets: {targets}
"""


DEBIANS_OWN = "prometheus"
# The script `install` puts it here; Debian 12 itself has Prometheus 2.42.
PROMETHEUS_3 = "/opt/ceph-exporter-tests/prometheus-3/usr/bin/prometheus"


def available(program: str = DEBIANS_OWN) -> str | None:
    """Return why Prometheus cannot be started here, or None if it can."""
    if shutil.which(program, path=ENVIRONMENT["PATH"]) is None:
        return f"not installed: {program}"
    return None


class Prometheus(Service):
    """A Prometheus on 127.0.0.1 that stores everything in `folder`.

    targets: what to scrape, as HOST:PORT; configuration: replaces the generated configuration;
    flags: additional flags.
    """

    def __init__(  # noqa: PLR0913 - all by keyword
        self,
        folder: Path,
        *,
        port: int,
        targets: Sequence[str] = (),
        path: str = "/metrics",
        configuration: str = "",
        program: str = DEBIANS_OWN,
        flags: Sequence[str] = (),
    ) -> None:
        self.folder = folder.absolute()
        self.url = f"http://127.0.0.1:{port}"
        self._listen = f"127.0.0.1:{port}"
        self._program = program
        self._flags = flags
        self._configuration = configuration or CONFIGURATION.format(
            targets=json.dumps(list(targets)), path=path
        )
        self._log = self.folder / "prometheus.log"
        self._daemon: Daemon | None = None
        # All queries share a client, because creating one takes longer than most queries.
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=20)

    def start(self) -> None:
        """Start the server and wait until it answers queries."""
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "prometheus.yml"
        configuration.write_text(self._configuration)
        self._daemon = Daemon(
            self._program,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={self._listen}",
            *self._flags,
            log=self._log,
        )
        wait_until(self._ready, "ready Prometheus", 30, [self._log])

    def stop(self) -> None:
        """Stop the server."""
        self._client.close()
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None

    def query(self, expression: str) -> list[Sample]:
        """Return the instant vector of an expression; raise HTTPError if it is invalid."""
        parameters = {"query": expression}
        answer = self._client.get("/api/v1/query", params=parameters)
        result = answer.raise_for_status().json()["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def ever(self, expression: str, seconds: float = 900.0) -> bool:
        """Return whether an expression had a result within the last `seconds`."""
        now = time.time()
        window = {"start": str(now - seconds), "end": str(now), "step": "5"}
        answer = self._client.get("/api/v1/query_range", params={"query": expression, **window})
        return bool(answer.raise_for_status().json()["data"]["result"])

    def wait_for(
        self,
        expression: str,
        predicate: Callable[[list[Sample]], bool] = bool,
        timeout: float = 20.0,
    ) -> list[Sample]:
        """Repeat a query until the predicate holds for its result; return the result.

        By default, the predicate is that the result is not empty.
        """
        last: list[Sample] = []

        def holds() -> bool:
            last[:] = self.query(expression)
            return predicate(last)

        wait_until(holds, f"expected result of {expression}", timeout, [self._log])
        return last

    def rules(self) -> list[dict[str, Any]]:
        """Return all rules. The health of a rule is "unknown" until its first evaluation."""
        answer = httpx.get(f"{self.url}/api/v1/rules", trust_env=False)
        groups = answer.raise_for_status().json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _ready(self) -> bool:
        return httpx.get(f"{self.url}/-/ready", trust_env=False).is_success
