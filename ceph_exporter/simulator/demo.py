"""The two clusters of `--demo`: an old one and a modern one, each over the API of its time."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from ceph_exporter.simulator.dashboard import USER, Dashboard
from ceph_exporter.simulator.reef.common import CREATED
from ceph_exporter.simulator.rest_api import RestApi, answer_of
from ceph_exporter.simulator.simulated import Api, Simulated
from ceph_exporter.simulator.timeline import CYCLE

PASSWORD_FILE = Path(__file__).with_name("password")
"""The password of the simulated dashboard; a file of the package, so the demo writes none."""
_OSDS_OF_REEF = 24


class Target(NamedTuple):
    """Where a simulated cluster answers. username, password_file: empty if it has no users."""

    url: str
    api: Api
    username: str = ""
    password_file: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """The other settings of the cluster, by the names of their flags."""
        return {name: str(value) for name, value in self._asdict().items() if name != "url"}


@contextmanager
def clusters() -> Iterator[Mapping[str, Target]]:
    """Serve both clusters; yield the target of each by its name, which is its release.

    Jewel is half a cycle of incidents older than Reef, so that they have different problems. Reef,
    whose answers contain times, is so old that its time is that of the host, or less than a cycle
    behind it.
    """
    start = time.monotonic()
    cycles = max(0.0, time.time() - CREATED.timestamp()) // CYCLE
    jewel = Simulated(age=lambda: time.monotonic() - start + CYCLE / 2)
    reef = Simulated(_OSDS_OF_REEF, seed=1, age=lambda: cycles * CYCLE + time.monotonic() - start)
    with ExitStack() as stack:
        old = stack.enter_context(RestApi(answer_of(jewel)))
        modern = stack.enter_context(Dashboard(reef))
        yield {
            "jewel": Target(old.url, "rest-api"),
            "reef": Target(modern.url, "dashboard", USER, str(PASSWORD_FILE)),
        }
