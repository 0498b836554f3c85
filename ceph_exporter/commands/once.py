"""The command `once`: poll each cluster once and print the page."""

import sys
from contextlib import closing

from ceph_exporter import exposition
from ceph_exporter.config import Config
from ceph_exporter.polling.poller import Poller


def once(config: Config) -> int:
    """Print the metrics of one poll; return 0 if every cluster answered, else 1."""
    snapshots = []
    for name, cluster in config.clusters.items():
        with closing(Poller(name, cluster, config)) as poller:
            snapshots.append(poller.poll(only=True))
    lines = [snapshot.fresh_lines for snapshot in snapshots]
    sys.stdout.write(exposition.page(lines, exposition.Format.TEXT).decode())
    return 0 if all(snapshot.report.up for snapshot in snapshots) else 1
