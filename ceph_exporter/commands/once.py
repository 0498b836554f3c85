"""The command `once`: poll each cluster once and print the metrics."""

import sys
from contextlib import closing
from io import TextIOWrapper

from ceph_exporter import exposition
from ceph_exporter.config import Config
from ceph_exporter.polling.poller import Poller
from ceph_exporter.printable import escape_text


def once(config: Config) -> int:
    """Print the metrics after one poll of each cluster; return 0 if all answered, else 1."""
    snapshots = []
    for name, cluster in config.clusters.items():
        with closing(Poller(name, cluster, config)) as poller:
            snapshots.append(poller.poll(only=True))
    lines = [snapshot.fresh_lines for snapshot in snapshots]
    _write(exposition.page(lines, exposition.Format.TEXT))
    return 0 if all(snapshot.report.up for snapshot in snapshots) else 1


def _write(page: bytes) -> None:
    """Write the page to standard output: the exact bytes, or text that is safe in a terminal."""
    if isinstance(sys.stdout, TextIOWrapper) and not sys.stdout.isatty():
        rest = memoryview(page)
        while rest:  # an unbuffered file may take only a part, for example on a full disk
            rest = rest[sys.stdout.buffer.write(rest) :]
        return
    text = page.decode()
    if sys.stdout.isatty():
        # Label values come from Ceph and may contain control characters.
        text = "\n".join(map(escape_text, text.split("\n")))
    sys.stdout.write(text)
