#!/usr/bin/env python3
"""Writes what follows from the program's declarations; run it after changing one.

With --check nothing is written: what is not current is named, and the exit code is 1.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from generators import completion, configuration, kubernetes, man, metrics

ROOT = Path(__file__).resolve().parent.parent
# file -> what makes its text; it is given the text that is there, of which it may keep parts.
TARGETS: Mapping[str, Callable[[str], str]] = {
    "docs/metrics.md": lambda _: metrics.text(),
    "docs/configuration.md": configuration.text,
    "deploy/man/ceph_exporter.1": lambda _: man.text(),
    "deploy/completion/ceph_exporter.bash": lambda _: completion.text("bash"),
    "deploy/completion/_ceph_exporter": lambda _: completion.text("zsh"),
    "deploy/kubernetes/operator/prometheusrule.yaml": lambda _: kubernetes.rule(),
    "dashboards/grafana/kustomization.yaml": lambda _: kubernetes.dashboards(),
}


def main(*, check: bool) -> int:
    """Write the files, or name those that are not current."""
    stale = 0
    for name, make in TARGETS.items():
        file = ROOT / name
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        text = make(there)
        if text == there:
            continue
        stale += 1
        sys.stdout.write(f"{name}: {'not current, run docs/build.py' if check else 'written'}\n")
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
