"""The documentation: generated parts are current, links lead somewhere, examples are accepted."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, load
from ceph_exporter.config.flags import table

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    file
    for folder in (".", ".github", "docs", "deploy", "dashboards", "tests")
    for file in (ROOT / folder).glob("*.md" if folder in (".", "docs") else "**/*.md")
)
FLAGS = table(COLLECTORS)
GROUPS = sorted({flag.name.partition(".")[0] for flag in FLAGS if "." in flag.name})


def name_of(document: Path) -> str:
    """Name a document by its path, for the tests' own names."""
    return str(document.relative_to(ROOT))


def block(document: Path, heading: str, number: int = 1) -> str:
    """Give the first indented block below a heading, or a later one, without its indentation."""
    text = f"\n{document.read_text(encoding='utf-8')}".partition(f"\n{heading}\n")[2]
    found = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)[number - 1]
    return re.sub(r"^    ", "", found, flags=re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """Give the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def test_what_is_generated_is_current() -> None:
    """All files that docs/build.py writes are what it would write now; run it after a change."""
    build = [sys.executable, str(ROOT / "docs" / "build.py"), "--check"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(build, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link of a document names a file here, and every anchor a heading in it."""
    text = document.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        file = document.parent / target if target else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_flags_that_are_named_exist(document: Path) -> None:
    """No document names a flag that the program does not have."""
    known = {flag.name for flag in FLAGS} | {f"no-{flag.name}" for flag in FLAGS}
    text = document.read_text(encoding="utf-8")
    named = re.findall(
        r"(?<![\w-])--((?:no-)?(?:" + "|".join(GROUPS) + r")[.](?:[\w-]|[.]\w)+)", text
    )
    variables = re.findall(r"\bCEPH_EXPORTER_(?!REQUIRE)[A-Z_]+[A-Z]\b", text)
    # Words in capitals stand for any name, as in --collector.NAME.
    assert {name for name in named if name == name.lower()} <= known
    assert set(variables) <= {flag.variable for flag in FLAGS}


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    """The file in docs/configuration.md is a configuration that the program takes."""
    text = block(ROOT / "docs" / "configuration.md", "## File")
    ca_file = tmp_path / "prod.crt"
    ca_file.touch()
    example = tmp_path / "ceph_exporter.yml"
    example.write_text(text.replace("/etc/ceph_exporter/prod.crt", str(ca_file)))
    config = load(str(example), COLLECTORS, {}, Poll())
    assert set(config.clusters) == {"prod", "archive", "here"}
