"""Runs the whole suite and writes docs/performance.md and its plot: `python -m benchmarks`.

It takes some minutes and wants a quiet machine. Sizes may be given: `python -m benchmarks 1000`.
What Ceph pays is measured apart, see benchmarks/ceph.py.
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
    found = Figures(*json.loads(out))
    return found._replace(steps=Steps(*found.steps))


def main(sizes: tuple[int, ...]) -> None:
    """Measure and write."""
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
