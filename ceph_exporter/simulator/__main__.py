"""A simulated cluster for benchmarks: python -m ceph_exporter.simulator --osds 10000."""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from typing import get_args

from ceph_exporter.simulator import Api, Simulated, serve


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the URL, then serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m ceph_exporter.simulator")
    parser.add_argument("--osds", type=int, default=12, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--api", choices=get_args(Api), default="restful")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    options = parser.parse_args(arguments)
    simulated = Simulated(options.osds, options.seed)
    gc.freeze()  # exempts the simulated cluster's constant parts from garbage collection
    gc.set_threshold(1_000_000)
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    with serve(simulated, options.api, options.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait(stop)


if __name__ == "__main__":
    main()
