"""The documentation: generated parts are current, links lead somewhere, examples are accepted."""

import importlib.util
import re
from pathlib import Path

import pytest

from ceph_exporter.config import Poll, load
from ceph_exporter.flags import FLAGS

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def block(document: Path, heading: str) -> str:
    """Give the first indented block below a heading, without its indentation."""
    text = document.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]
    found = re.search(r"(?:^    .*\n)+", text, re.MULTILINE)
    assert found is not None
    return re.sub(r"^    ", "", found[0], flags=re.MULTILINE)


def test_the_metrics_reference_is_current() -> None:
    """docs/metrics.md is what docs/build.py writes; run it after changing a declaration."""
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert build.TARGET.read_text(encoding="utf-8") == build.text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(document: Path) -> None:
    """Every relative link of a document names a file of this repository."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_flags_that_are_named_exist(document: Path) -> None:
    """No document names a flag that the program does not have."""
    known = {flag.name for flag in FLAGS} | {"help", "version"}
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--((?:cluster|poll|web|log|config|demo)[\w.-]*)", text))
    assert {name for name in named if not name.endswith(".")} <= known


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    """The file in docs/configuration.md is a configuration that the program takes."""
    text = block(ROOT / "docs" / "configuration.md", "## File")
    ca_file = tmp_path / "prod.crt"
    ca_file.touch()
    example = tmp_path / "ceph_exporter.yml"
    example.write_text(text.replace("/etc/ceph_exporter/prod.crt", str(ca_file)))
    config = load(str(example), {}, Poll())
    assert set(config.clusters) == {"prod", "archive"}
