"""The command `record`: save the answers of each cluster in files, for a bug report."""

import sys
from pathlib import Path

from ceph_exporter.commands.check import poll
from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling.report import DocumentState
from ceph_exporter.printable import escape_text
from ceph_exporter.sources import Answer, recording


def record(config: Config, folder: Path) -> int:
    """Save each answer in the folder; return 0 if every cluster answered, else 1.

    Raise OSError if a file cannot be written.
    """
    up = [_record(name, cluster, config, folder) for name, cluster in config.clusters.items()]
    return 0 if all(up) else 1


def _record(name: str, cluster: Cluster, config: Config, folder: Path) -> bool:
    def write(answer: Answer) -> None:
        if answer.error is None:
            file = recording.write(folder, answer, recording.folder_of(name))
            sys.stdout.write(f"{escape_text(str(file))}\n")

    report = poll(name, cluster, config, write)
    for row in report.documents:
        if row.state is not DocumentState.OK:
            sys.stderr.write(f"not recorded: {row.name}: {escape_text(row.error)}\n")
    return report.up
