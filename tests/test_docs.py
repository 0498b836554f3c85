"""The documentation: links lead to files and headings, flags exist, examples are valid."""

import ast
import re
from pathlib import Path

import pytest
import trustme

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, load
from ceph_exporter.config.flags import table
from tests.documents import ROOT, block

DOCUMENTS = sorted(
    file
    for folder in (".", ".github", "docs", "deploy", "dashboards", "tests")
    for file in (ROOT / folder).glob("*.md" if folder in (".", "docs") else "**/*.md")
)
FLAGS = table(COLLECTORS)
GROUPS = sorted({flag.name.partition(".")[0] for flag in FLAGS if "." in flag.name})


def name_of(document: Path) -> str:
    """Return the path of a document, for the names of tests."""
    return str(document.relative_to(ROOT))


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_to_files_and_headings(document: Path) -> None:
    """Every relative link leads to a file of the repository, and every anchor to a heading."""
    text = document.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        file = document.parent / target if target else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_flags_that_are_named_exist(document: Path) -> None:
    """Every flag and every variable in a document is one of the program."""
    flags = {flag.name for flag in FLAGS} | {f"no-{flag.name}" for flag in FLAGS}
    text = document.read_text(encoding="utf-8")
    named = re.findall(
        r"(?<![\w-])--((?:no-)?(?:" + "|".join(GROUPS) + r")[.](?:[\w-]|[.]\w)+)", text
    )
    variables = re.findall(r"\bCEPH_EXPORTER_(?!REQUIRE|GRAFANA)[A-Z_]+[A-Z]\b", text)
    # Words in capitals are placeholders, as in --collector.NAME.
    assert {name for name in named if name == name.lower()} <= flags
    assert set(variables) <= {flag.variable for flag in FLAGS}


def test_the_messages_in_troubleshooting_exist() -> None:
    """Each message that a table of an outage lists is a text of the program; `...` is any text."""
    document = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    section = document.partition("\n## `ceph_up` is 0\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    messages = [
        part for cell in cells for text in re.findall("`(.+?)`", cell) for part in text.split("...")
    ]
    texts = [
        node.value
        for file in (ROOT / "ceph_exporter").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert len(messages) > 15
    assert not [part for part in messages if not any(part.strip() in text for text in texts)]


def test_every_document_is_on_the_site() -> None:
    """The navigation of the site names all files of docs/ and the documents of .ci/site.py."""
    named = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    added = re.findall(r'^    "(\S+)": "\S+"', (ROOT / ".ci" / "site.py").read_text(), re.MULTILINE)
    assert sorted(named) == sorted([file.name for file in (ROOT / "docs").glob("*.md")] + added)


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    """The example in docs/configuration.md is a valid configuration."""
    text = block(ROOT / "docs" / "configuration.md", "## File")
    ca_file = tmp_path / "prod.crt"
    trustme.CA().cert_pem.write_to_path(str(ca_file))
    example = tmp_path / "ceph_exporter.yml"
    example.write_text(text.replace("/etc/ceph_exporter/prod.crt", str(ca_file)))
    config = load(str(example), COLLECTORS, {}, Poll())
    assert set(config.clusters) == {"prod", "archive", "here"}
