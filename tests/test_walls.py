"""Which part of the package may import which, and how large files, functions and classes may be.

The parts are described in docs/architecture.md. Imports are read from the source: those inside
functions and those for type checkers count too.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.documents import ROOT

PACKAGE = "ceph_exporter"
LEAVES = tuple(f"{PACKAGE}.{name}" for name in ("metric", "deadline"))
LINES_OF_A_FILE = 260
LINES_OF_A_FUNCTION = 45
ATTRIBUTES_OF_A_CLASS = 12


def files(folder: str) -> list[Path]:
    """List the modules of a folder, or the one of that name."""
    path = ROOT / folder
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def name_of(file: Path) -> str:
    """Return the name under which a module is imported."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(file: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(node: ast.AST) -> Iterator[str]:
    """Yield the names that are imported anywhere in a node: modules, and what is taken from them.

    The project has no relative imports; ruff's TID252 forbids them.
    """
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            yield from (alias.name for alias in found.names)
        elif isinstance(found, ast.ImportFrom):
            if found.module and found.module != PACKAGE:
                yield found.module
            yield from (f"{found.module}.{alias.name}" for alias in found.names)


def within(name: str, *packages: str) -> bool:
    """Return whether a name is one of the packages or in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offences(folder: str, *forbidden: str) -> list[str]:
    """Return each import of something forbidden as "module imports name"."""
    return [
        f"{name_of(file)} imports {name}"
        for file in files(folder)
        for name in sorted(set(imports(tree(file))))
        if within(name, *forbidden)
    ]


def of_package(*names: str) -> tuple[str, ...]:
    """Return the full names of parts of the package."""
    return tuple(f"{PACKAGE}.{name}" for name in names)


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("ceph_exporter/web", of_package("sources")),
        ("ceph_exporter/sources", of_package("web", "polling", "commands")),
        ("ceph_exporter/polling", of_package("web", "commands")),
        ("ceph_exporter/library.py", of_package("web", "commands")),
        ("ceph_exporter/own_metrics.py", of_package("sources", "polling", "web", "collectors")),
        ("ceph_exporter/config", (*of_package("sources", "collectors"), "httpx")),
        ("ceph_exporter/exposition.py", (*of_package("sources", "collectors"), "httpx")),
        ("ceph_exporter/metric.py", (PACKAGE,)),
        ("ceph_exporter/deadline.py", (PACKAGE,)),
        ("ceph_exporter", ("benchmarks", "dashboards", "generators", "testbed", "tests")),
        ("benchmarks", ("tests",)),
        ("tests", ("benchmarks",)),
        ("testbed", ("benchmarks", "tests")),
    ],
)
def test_a_part_does_not_import_what_it_must_not_know(
    folder: str, forbidden: tuple[str, ...]
) -> None:
    """No module of the part imports any of these, not even inside a function."""
    assert files(folder)
    assert offences(folder, *forbidden) == []


@pytest.mark.parametrize("part", ["facts", "collectors"])
def test_facts_and_collectors_know_only_the_data(part: str) -> None:
    """Facts import the leaves of the package alone; collectors import facts as well."""
    allowed = (*LEAVES, *of_package("facts", part))
    assert [
        line
        for line in offences(f"{PACKAGE}/{part}", PACKAGE)
        if not within(line.rpartition(" ")[2], *allowed)
    ] == []


def test_one_module_imports_httpx() -> None:
    """What the exporter sends to Ceph's HTTP APIs passes through one module."""
    modules = {line.partition(" ")[0] for line in offences(PACKAGE, "httpx")}
    assert len(modules) == 1, modules


def test_only_the_demo_imports_the_simulator() -> None:
    """Outside the simulator one function alone imports it, and no module does on being imported."""
    simulator = f"{PACKAGE}.simulator"
    importing = []
    for file in files(PACKAGE):
        if within(name_of(file), simulator):
            continue
        importing += [
            f"{name_of(file)}.{function.name}"
            for function in ast.walk(tree(file))
            if isinstance(function, ast.FunctionDef)
            and any(within(name, simulator) for name in imports(function))
        ]
        everywhere = [name for name in imports(tree(file)) if within(name, simulator)]
        inside = [
            name
            for function in ast.walk(tree(file))
            if isinstance(function, ast.FunctionDef)
            for name in imports(function)
            if within(name, simulator)
        ]
        assert sorted(everywhere) == sorted(inside), file
    assert len(importing) == 1, importing


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ceph_exporter", "prometheus_client"),
        ("ceph_exporter.config", "httpx"),
        ("ceph_exporter.config", "ceph_exporter.sources"),
        ("ceph_exporter.exposition", "httpx"),
        ("ceph_exporter.collectors", "httpx"),
        ("ceph_exporter.cli", "ceph_exporter.simulator"),
        ("ceph_exporter.metric", "ceph_exporter.facts"),
    ],
)
def test_an_import_does_not_load_what_it_does_not_need(module: str, absent: str) -> None:
    """A fresh interpreter that imports the module has not loaded the other one."""
    code = f"import sys, {module}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("folder", ["tests", "benchmarks", "testbed", "docs", "dashboards"])
def test_nobody_imports_a_test_module(folder: str) -> None:
    """What several tests share is in a module of its own, neither in a test nor in a conftest."""
    names = {name for file in files(folder) for name in imports(tree(file))}
    modules = {name for name in names if within(name, "tests", "benchmarks")}
    last = {part for name in modules for part in name.split(".")}
    assert {part for part in last if part.startswith("test_") and _is_module(part)} == set()
    assert "conftest" not in last


def _is_module(name: str) -> bool:
    return any(ROOT.glob(f"tests/**/{name}.py")) or any(ROOT.glob(f"benchmarks/**/{name}.py"))


@pytest.mark.parametrize("file", files(PACKAGE), ids=name_of)
def test_a_module_can_be_read_at_once(file: Path) -> None:
    """No file, function or class of the package is larger than a reader can take in."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LINES_OF_A_FUNCTION, f"{node.name} has {lines} lines"
        elif isinstance(node, ast.ClassDef):
            names = attributes(node)
            assert len(names) <= ATTRIBUTES_OF_A_CLASS, f"{node.name} has {sorted(names)}"


def attributes(definition: ast.ClassDef) -> set[str]:
    """Return the names of the attributes of a class's objects.

    These are the names that its methods assign to on `self`, and its declared fields if it also
    has methods that work with them. Plain data, such as a section of the configuration, has as many
    fields as there are values; so has a fact, whose fields are those of Ceph's answer.
    """
    methods = [node for node in definition.body if isinstance(node, ast.FunctionDef)]
    assigned = {
        node.attr
        for method in methods
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    declared = {
        node.target.id
        for node in definition.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    fact = any(isinstance(base, ast.Name) and base.id == "Fact" for base in definition.bases)
    return assigned | (declared if any(map(_has_behaviour, methods)) and not fact else set())


def _has_behaviour(method: ast.FunctionDef) -> bool:
    """Return whether a method does something: not a constructor, a property or a conversion."""
    decorators = {node.id for node in method.decorator_list if isinstance(node, ast.Name)}
    return not method.name.startswith("__") and not decorators & {
        "classmethod",
        "staticmethod",
        "property",
    }
