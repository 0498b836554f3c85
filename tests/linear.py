"""Finds patterns in the package's code, and measures whether something takes linear time."""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ceph_exporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

SIZES = (400, 1600, 6400)
_NOTICEABLE = 0.001
"""CPU seconds below which a measurement says nothing."""
_RATIO = 8.0
"""Between linear growth, 4, and quadratic growth, 16."""
_USES = ("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")
_CHARACTERS = " \t,;:.0a_-/\"'\\=()[]{}\n"


class Pattern(NamedTuple):
    """A regular expression and the methods that are called on it."""

    where: str
    compiled: re.Pattern[str] | re.Pattern[bytes]
    uses: tuple[str, ...]


def modules() -> Iterator[ModuleType]:
    """Import and yield all modules of the package."""
    prefix = f"{ceph_exporter.__name__}."
    for found in pkgutil.walk_packages(ceph_exporter.__path__, prefix):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns() -> Iterator[Pattern]:
    """Yield all patterns in module globals, classes, and calls of `re` with a literal pattern."""
    for module in modules():
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text())
        for name, value in vars(module).items():
            for compiled in _compiled(value):
                yield Pattern(f"{module.__name__}.{name}", compiled, _uses(tree, name))
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        for call in (call for function in functions for call in _calls_of_re(function)):
            if isinstance(call.args[0], ast.Constant):
                method = call.func.attr  # type: ignore[attr-defined]
                uses = _USES if method == "compile" else (method,)
                where = f"{module.__name__}:{call.lineno}"
                yield Pattern(where, re.compile(call.args[0].value), uses)  # type: ignore[type-var,arg-type]


def unknown_patterns() -> Iterator[str]:
    """Yield the functions that make patterns which cannot be found, because they are variable."""
    for module in modules():
        assert module.__file__ is not None
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                for call in _calls_of_re(node):
                    if not isinstance(call.args[0], ast.Constant):
                        yield f"{module.__name__}.{getattr(node, 'name', 'lambda')}"


def _compiled(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _compiled([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _compiled(item)
    elif isinstance(value, type) and value.__module__.startswith(ceph_exporter.__name__):
        yield from _compiled(
            [item for item in vars(value).values() if isinstance(item, re.Pattern)]
        )


def _calls_of_re(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in (*_USES, "compile")
        ):
            yield node


def _uses(tree: ast.AST, name: str) -> tuple[str, ...]:
    """Return the methods that are called on a global name, all of them if it is passed on."""
    uses, plain = set(), False
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node, parent in parents.items():
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            if isinstance(parent, ast.Attribute) and parent.attr in _USES:
                uses.add(parent.attr)
            else:
                plain = True
    if plain or not uses:  # in a table or an argument: how it is called there is in the same file
        uses |= {
            node.attr
            for node in parents
            if isinstance(node, ast.Attribute)
            and node.attr in _USES
            and isinstance(node.value, ast.Name)
            and node.value.id == "pattern"
        } or {"search"}
    return tuple(sorted(uses))


def literals(pattern: str) -> list[str]:
    """Return the runs of literal characters in a pattern, in order, without repetitions."""
    runs, run = [], ""
    for token in re.findall(r"\\[^\W\d_]|\\.|\[\^?\]?[^]]*\]|\(\?[^a-z]*|.", pattern, re.DOTALL):
        plain = token[1:] if len(token) == 2 and not token[1].isalnum() else token
        if len(plain) == 1 and (token != plain or plain not in "^$.*+?{}()|"):
            run += plain
        else:
            runs.append(run)
            run = ""
    return list(dict.fromkeys(found for found in (*runs, run) if found))


def attacks(words: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (start, unit, end) of texts that are made longer by repeating the unit."""
    joined = "".join(words)
    units = [*_CHARACTERS, *words, joined, *(word + " " for word in words), " 0", "a ", "0."]
    units += [first + second for first, second in itertools.pairwise(words)]
    starts = ["", *words[:3], joined, *(word + "0 " for word in words[:2])]
    for start in dict.fromkeys(starts):
        for unit in filter(None, dict.fromkeys(units)):
            for end in ("", "\0"):
                yield start, unit, end


def growth(run: Callable[[str], object], start: str, unit: str, end: str) -> float:
    """Return by how much the time grows if the text is four times as long; 0 if it is not felt."""
    previous = 0.0
    for size in SIZES:
        text = start + unit * (size // len(unit)) + end
        if (seconds := _seconds(run, text, 1)) > _NOTICEABLE:
            short = start + unit * (size // 4 // len(unit)) + end
            seconds, previous = _seconds(run, text, 4), _seconds(run, short, 4)
            if seconds > _NOTICEABLE and (ratio := seconds / max(previous, 1e-6)) > _RATIO:
                return ratio
    return 0.0


def _seconds(run: Callable[[str], object], text: str, times: int) -> float:
    """Return the CPU time of this thread, the least of several runs."""
    taken = []
    for _ in range(times):
        start = time.thread_time()
        run(text)
        taken.append(time.thread_time() - start)
    return min(taken)
