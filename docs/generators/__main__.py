"""The command scripts/generate, which writes all files that are derived from the code.

With --check, it writes nothing; if files are out of date, it prints their names and exits with 1.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dashboards import build
from generators import completion, configuration, kubernetes, man, metrics
from tests.golden import files as golden

ROOT = Path(__file__).parents[2]

Texts = Mapping[str, str]
"""The text of each file, by the path of the file relative to the root of the repository."""


def _configuration() -> str:
    return configuration.text((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))


def _dashboards() -> Texts:
    return {str(file.relative_to(ROOT)): text for file, text in build.files()}


# A key is either a file, whose function returns its text, or a pattern, whose function returns the
# texts of all files that should match it. Other files that match the pattern are removed.
TARGETS: Mapping[str, Callable[[], str | Texts]] = {
    "docs/metrics.md": metrics.text,
    "docs/configuration.md": _configuration,
    "deploy/man/ceph_exporter.1": man.text,
    "deploy/completion/ceph_exporter.bash": lambda: completion.text("bash"),
    "deploy/completion/_ceph_exporter": lambda: completion.text("zsh"),
    "deploy/kubernetes/operator/prometheusrule.yaml": kubernetes.rule,
    "dashboards/grafana/kustomization.yaml": kubernetes.dashboards,
    "dashboards/grafana/*.json": _dashboards,
    "tests/golden/*.txt": golden.era_pages,
    "tests/simulator/*.txt": golden.simulated_pages,
}


def changes() -> Iterator[tuple[Path, str | None]]:
    """Yield each file that is out of date with its new text, or None if it must be removed."""
    for pattern, generate in TARGETS.items():
        generated = generate()
        texts = {pattern: generated} if isinstance(generated, str) else generated
        expected = {ROOT / name: text for name, text in texts.items()}
        for file in sorted({*ROOT.glob(pattern), *expected}):
            text = expected.get(file)
            if text is None or not file.exists() or file.read_text(encoding="utf-8") != text:
                yield file, text


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser("scripts/generate", description="Write the derived files.")
    parser.add_argument(
        "--check", action="store_true", help="only print the names of files that are out of date"
    )
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
