"""The pictures in docs/dashboards.md: run `.venv/bin/python -m testbed.screenshots`.

CEPH_EXPORTER_GRAFANA_PUBLIC names the front end that draws them. Without --prometheus, simulated
clusters run for half an hour first, so that all their incidents are in the pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ceph_exporter.simulator.timeline import CYCLE
from dashboards import build
from testbed import chromium, grafana
from testbed.chromium import Chromium
from testbed.front_end import FrontEnd
from testbed.grafana import Grafana
from testbed.process import CephError
from testbed.simulated_fleet import SimulatedFleet

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).parent.parent / "docs" / "dashboards"
CLUSTERS = ("amsterdam", "berlin", "copenhagen", "dublin")
_SCALE = 0.64  # the files would be twice as large in full size


class Picture(NamedTuple):
    """A picture of the upper part of a dashboard, down to `height` pixels."""

    uid: str
    height: int


PICTURES = (
    Picture("ceph-fleet", 900),
    Picture("ceph-cluster", 1000),
    Picture("ceph-osds", 1000),
    Picture("ceph-pgs", 1000),
)


def main() -> None:
    """Draw all pictures with the data of a Prometheus."""
    parser = argparse.ArgumentParser(prog="python -m testbed.screenshots")
    parser.add_argument("--prometheus", metavar="URL", help="default: simulated clusters")
    parser.add_argument("--minutes", type=float, default=30, help="default: %(default)s")
    parser.add_argument("--cluster", default=CLUSTERS[0], help="default: %(default)s")
    options = parser.parse_args()
    public, missing = grafana.folder(), grafana.available() or chromium.available()
    if public is None or missing:
        parser.error(str(missing))
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, _prometheus(options, Path(name)) as url:
        _draw(public, url, Path(name), options)


def _draw(public: Path, url: str, folder: Path, options: argparse.Namespace) -> None:
    with Grafana(public, build.TARGET, url) as server, Chromium(folder / "chromium") as browser:
        for picture in PICTURES:
            chosen = {} if picture.uid == "ceph-fleet" else {"cluster": options.cluster}
            with FrontEnd(server, browser) as window:
                window.open(picture.uid, f"{options.minutes:.0f}m", **chosen)
                file = TARGET / f"{picture.uid}.png"
                window.picture(file, picture.height, _SCALE)
            sys.stdout.write(f"{file}: {file.stat().st_size // 1000} kB\n")


@contextmanager
def _prometheus(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Yield the URL of the given Prometheus, or of one that has watched simulated clusters."""
    if options.prometheus:
        yield options.prometheus
        return
    fleet = SimulatedFleet(folder, dict.fromkeys(CLUSTERS))
    start = time.monotonic()
    for number, simulated in enumerate(fleet.clusters.values()):
        # Each cluster is in another quarter of the cycle of half an hour.
        simulated.age = partial(_since, start - number * CYCLE / len(CLUSTERS))
    with fleet:
        time.sleep(max(0, options.minutes * 60 - _since(start)))
        yield fleet.prometheus.url


def _since(start: float) -> float:
    return time.monotonic() - start


if __name__ == "__main__":
    try:
        main()
    except CephError as error:
        sys.exit(str(error))
