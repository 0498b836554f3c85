"""Runs the services of deploy/compose/compose.yaml as processes, with the files that it mounts.

Their images come from a registry. Debian's programs take their place, in a network and a file
system of their own, so that the names, ports and paths are those of the composition.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "deploy" / "compose" / "compose.yaml"
PROGRAMS = ("curl", "mount", "prometheus", "prometheus-alertmanager", "unshare")
# The arguments of the images, except for the flags of the composition itself. Debian's programs
# have other defaults.
_COMMANDS = {
    "ceph_exporter": (sys.executable, "-m", "ceph_exporter"),
    "prometheus": (
        "prometheus",
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path={folder}/prometheus",
    ),
    "alertmanager": (
        "prometheus-alertmanager",
        "--config.file=/etc/alertmanager/alertmanager.yml",
        "--storage.path={folder}/alertmanager",
        "--cluster.listen-address=",
    ),
}


def missing() -> str | None:
    """Return which programs are not installed, None if all are."""
    names = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {', '.join(names)}" if names else None


def run(folder: Path, script: str, timeout: float = 300) -> str:
    """Return the output of a shell script that runs beside the services, which end with it.

    folder: for their logs.
    """
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {' '.join(services)}\n")
    lines = [
        "set -eu",
        "ip link set lo up",
        f"mount --bind {shlex.quote(str(hosts))} /etc/hosts",
        *_mounts(services),
        *(_start(name, services[name], folder) for name in _COMMANDS),
        script,
    ]
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c"]
    done = subprocess.run(
        [*command, "\n".join(lines)], capture_output=True, text=True, check=False, timeout=timeout
    )
    logs = "".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in folder.glob("*.log"))
    assert done.returncode == 0, done.stdout + done.stderr + logs
    return done.stdout


def _mounts(services: dict[str, Any]) -> list[str]:
    """Return the commands that make the mounted files of the services visible at their paths."""
    pairs = [
        volume.split(":")[:2]
        for name in _COMMANDS
        for volume in services[name].get("volumes", ())
        if volume.startswith(".")
    ]
    folders = sorted({str(Path(there).parent) for _, there in pairs})
    empty = [f"mkdir -p {name} && mount -t tmpfs none {name}" for name in folders]
    files = [
        f"touch {there} && mount --bind -o ro {shlex.quote(str((FILE.parent / here).resolve()))} "
        f"{there}"
        for here, there in pairs
    ]
    return [*empty, *files]


def _start(name: str, service: dict[str, Any], folder: Path) -> str:
    """Return the command that starts a service in the background."""
    words = (word.format(folder=folder) for word in _COMMANDS[name])
    command = shlex.join([*words, *service.get("command", ())])
    return f"{command} >{shlex.quote(str(folder / name))}.log 2>&1 &"
