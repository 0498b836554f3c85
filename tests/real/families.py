"""The metric families that Ceph's mgr module prometheus declares, read from its source.

A page of the module shows only families with samples. The source is not imported, as it needs a
mgr: its constants and the method that declares its families are executed alone.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DECLARES = "_setup_static_metrics"


class Declared(NamedTuple):
    """A family: its name on the page, its type and its labels."""

    name: str
    type: str
    labels: tuple[str, ...]


def declared(module: Path) -> tuple[Declared, ...]:
    """Return the families that a release's module declares, sorted by name.

    Those of performance counters and of RBD images take their names from Ceph and are left out.
    """
    families: dict[str, Declared] = {}

    def metric(type_: str, name: str, _: str, labels: tuple[str, ...] | None = None) -> None:
        page = f"ceph_{name}".replace("-", "_")  # as promethize does
        families[page] = Declared(page, type_, tuple(labels or ()))

    def counter(name: str, text: str, labels: tuple[str, ...] | None = None) -> None:
        metric("counter", name, text, labels)

    tree = _parse(module)
    names = _constants(_parse(module.parent.parent / "mgr_module.py")) | _constants(tree)
    calls = {"Metric": metric, "MetricCounter": counter}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if node.name == _DECLARES:
                _run([_plain(node)], names | calls)[_DECLARES](None)
            else:
                for call in _literal_calls(node):
                    _run([ast.Expr(call)], names | calls)
    return tuple(sorted(families.values()))


def _parse(file: Path) -> ast.Module:
    """Return the syntax tree of a file; newer Pythons warn of Python 2's escapes in 14."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(file.read_text(encoding="utf-8"))


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Return the module's constants and the types of their elements."""
    names: dict[str, Any] = {}
    exec("from typing import *; from collections import namedtuple; import enum", names)  # noqa: S102
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.ClassDef)):
            try:
                names = _run([node], names)
            except (NameError, AttributeError, TypeError):
                continue  # needs something of the mgr
    return names


def _plain(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return the function without types and decorators, which need something of the mgr."""
    function.decorator_list, function.returns = [], None
    return function


def _literal_calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Yield the declarations elsewhere whose name is written out."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            position = {"Metric": 1, "MetricCounter": 0}.get(node.func.id)
            if position is not None and isinstance(node.args[position], ast.Constant):
                yield node


def _run(nodes: list[Any], names: dict[str, Any]) -> dict[str, Any]:
    """Return the names after statements were executed."""
    code = ast.fix_missing_locations(ast.Module(nodes, []))
    exec(compile(code, "module.py", "exec"), names)  # noqa: S102 - Ceph's own source, installed
    return names
