"""Runs all benchmarks and writes docs/performance.md and its plot: `python -m benchmarks`.

It takes some minutes and needs an idle machine. The arguments are the sizes of clusters to measure,
as numbers of OSDs: `python -m benchmarks 1000`. benchmarks/ceph.py measures the load on Ceph.
"""

import json
import subprocess
import sys

from benchmarks import report, serving
from benchmarks.pipeline import Figures, Steps

_SIZES = (100, 1000, 10_000, 50_000)
_SERVED = (12, 1000, 10_000)
_SECONDS = 30.0


def _figures(osds: int) -> Figures:
    command = [sys.executable, "-m", "benchmarks.pipeline", str(osds)]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603
    figures = Figures(*json.loads(out))
    return figures._replace(steps=Steps(*figures.steps))


def main(sizes: tuple[int, ...]) -> None:
    """Measure scrapes, and polls of clusters with these numbers of OSDs; write the report."""
    figures = []
    for osds in sizes:
        sys.stderr.write(f"poll of {osds} OSDs\n")
        figures.append(_figures(osds))
    served = {}
    for osds in _SERVED:
        sys.stderr.write(f"scrapes of {osds} OSDs\n")
        served[osds] = serving.measure(osds, _SECONDS)
    report.write(figures, served)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or _SIZES)
