"""The words of the project: idiomatic English in code and in whatever a user reads.

Patterns can only catch the worst: a phrase that no native writer uses, and names that say nothing
about what they hold. Whoever adds a phrase here corrects every place that it finds.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PHRASES = {
    r"\b(is|are|was|were|be|been|being|not|never|last) had\b": "was received, is unavailable",
    r"\bhad (again|when|over|before)\b": "received again, available again",
    r"\bto be had\b": "available",
    r"\bneedless\b": "redundant",
    r"\bat hand\b": "available",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bcures?\b": "fix",
    r"\bfor want of\b": "without, because there is no",
    r"\bsave for\b": "except",
    r"\bbut for\b": "except",
    r"\banew\b": "again",
    r"\bfare[sd]?\b": "result, state",
    r"\b(came|comes) of it\b": "the result",
    r"\bwhat is so\b": "the state",
    r"\b(gives?|gave|given|tells?|told|says?|said) (it|them)\b": "offers, reports",
    r"\bgives? back\b": "returns",
    r"\bit is told\b": "it is reported",
    r"\breckon(s|ed)?\b": "compute",
    r"\bof old\b": "before",
    r"\bin vain\b": "without success",
    r"\bherself|himself\b": "itself",
    r"\bsave that\b": "except that",
    r"\bwire\b(?! format)": "wire format, sock",
}
DOCSTRING = re.compile(r"(Give|Say|Tell|Make known)\b")
NAMES = {
    "at_hand",
    "found",
    "given",
    "had",
    "kept",
    "known",
    "made",
    "mend",
    "moved",
    "needless",
    "rests",
    "told",
    "wire",
}
PYTHON = sorted(
    file
    for folder in ("ceph_exporter", "dashboards", "docs/generators", "testbed", "benchmarks")
    for file in (ROOT / folder).rglob("*.py")
)
TEXTS = sorted(
    file
    for pattern in ("deploy/**/*.yml", "deploy/**/*.yaml", "dashboards/grafana/*.json")
    for file in ROOT.glob(pattern)
)


def name_of(file: Path) -> str:
    """Return a file's name in the tests' names."""
    return str(file.relative_to(ROOT))


def prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield each comment and each string of a module, with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], " ".join(token.string.split())


def complaints(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    """Yield what is wrong with texts: line, phrase, and what to write."""
    for number, text in lines:
        for pattern, better in PHRASES.items():
            if match := re.search(pattern, text, re.IGNORECASE):
                yield f"line {number}: {match[0]!r}: write {better}: {text[:90]}"


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield the docstrings that start with a word that says nothing about the result."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node) or ""
            if DOCSTRING.match(text):
                yield f"{text.splitlines()[0][:60]!r}: write Return ..., Return whether ..."


def names(tree: ast.Module) -> Iterator[str]:
    """Yield the variables, arguments and functions that do not name what they hold."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                pass
            case ast.arg(arg=name) | ast.FunctionDef(name=name):
                pass
            case _:
                continue
        if name.lstrip("_") in NAMES:
            yield f"line {node.lineno}: {name}: name what it holds"


@pytest.mark.parametrize("file", PYTHON, ids=name_of)
def test_code_reads_as_english(file: Path) -> None:
    """No comment, string, docstring or name uses a word of the list."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert [*complaints(prose(source)), *docstrings(tree), *names(tree)] == []


@pytest.mark.parametrize("file", TEXTS, ids=name_of)
def test_what_is_deployed_reads_as_english(file: Path) -> None:
    """Rules, dashboards and examples use no phrase of the list."""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert list(complaints(enumerate(lines, 1))) == []


def test_the_list_is_not_silent() -> None:
    """A sentence with a phrase of the list is reported, so that silence means something."""
    bad = [(1, "The document was had anew; mend it.")]
    assert len(list(complaints(iter(bad)))) == 3
    tree = ast.parse('def made(found):\n    """Give it."""\n    told = 1')
    assert len([*docstrings(tree), *names(tree)]) == 4
