"""The files that are derived from the code, and the command scripts/generate, which writes them.

With --check it writes nothing, but names the files that are out of date and exits with 1 if there
are any.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dashboards import build
from generators import completion, configuration, kubernetes, man, metrics, snmp
from tests.golden import files as golden

ROOT = Path(__file__).parents[2]

Texts = Mapping[str, str]
"""The text of each file, by its name relative to the root of the repository."""


def _configuration() -> str:
    return configuration.text((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))


def _dashboards() -> Texts:
    return {str(file.relative_to(ROOT)): text for file, text in build.files()}


# Each key is a file, with the function that returns its text, or a pattern, with the function that
# returns the texts of all its files. Files that match a pattern but have no text must be removed.
TARGETS: Mapping[str, Callable[[], str | Texts]] = {
    "docs/metrics.md": metrics.text,
    "docs/configuration.md": _configuration,
    "deploy/man/ceph_exporter.1": man.text,
    "deploy/completion/ceph_exporter.bash": lambda: completion.text("bash"),
    "deploy/completion/_ceph_exporter": lambda: completion.text("zsh"),
    "deploy/kubernetes/operator/prometheusrule.yaml": kubernetes.rule,
    "deploy/prometheus/ceph.rules.snmp.yml": snmp.rules,
    "dashboards/grafana/kustomization.yaml": kubernetes.dashboards,
    "dashboards/grafana/*.json": _dashboards,
    "tests/golden/*.txt": golden.era_pages,
    "tests/simulator/*.txt": golden.simulated_pages,
}


def changes() -> Iterator[tuple[Path, str | None]]:
    """Yield each file that is out of date and its new text, None if the file must be removed."""
    for pattern, generate in TARGETS.items():
        generated = generate()
        texts = {pattern: generated} if isinstance(generated, str) else generated
        expected = {ROOT / name: text for name, text in texts.items()}
        for file in sorted({*ROOT.glob(pattern), *expected}):
            text = expected.get(file)
            if text is None or not file.exists() or file.read_text(encoding="utf-8") != text:
                yield file, text


def main(arguments: list[str]) -> int:
    """Write the files, or only check them; return the exit code."""
    parser = argparse.ArgumentParser("scripts/generate", description="Write the derived files.")
    parser.add_argument("--check", action="store_true", help="write nothing, name stale files")
    check = parser.parse_args(arguments).check
    stale = list(changes())
    for file, text in stale:
        name = file.relative_to(ROOT)
        if check:
            sys.stdout.write(f"{name}: out of date, run scripts/generate\n")
        elif text is None:
            file.unlink()
            sys.stdout.write(f"{name}: removed\n")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name}: written\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
