"""Compares the exporter's page with that of Ceph's mgr module at the same moment.

The permitted differences are read from three tables of the documentation.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Page = dict[str, dict[frozenset[tuple[str, str]], float]]

_DOCS = Path(__file__).parents[2] / "docs"
NOT_GIVEN = _DOCS / "ceph-apis.md", "What each API lacks"
OTHERWISE = _DOCS / "ceph-apis.md", "Differences from the mgr module"
NOT_EXPORTED = _DOCS / "migration.md", "Families that are not exported"


def parse(text: str) -> Page:
    """Return the values of a page by metric and labels."""
    page: Page = {}
    names = set(re.findall(r"^[a-z]\w*", text, re.MULTILINE))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            # The parser appends `_total` to the name of every counter.
            name = sample.name if sample.name in names else sample.name.removesuffix("_total")
            page.setdefault(name, {})[frozenset(sample.labels.items())] = sample.value
    return page


def allowed(table: tuple[Path, str], which: str = "") -> tuple[str, ...]:
    """Return the patterns of metric names that a table of the documentation lists.

    table: document and heading; which: an API or a release's major number, as the second column
    names it beside "all"; without one, the whole table.
    """
    document, heading = table
    section = document.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    patterns: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        whose = set(re.findall(r"[\w-]+", cells[1])) if line.startswith("| `") else set()
        if whose & {which, "all"} or (whose and not which):
            patterns += re.findall(r"`([^`]+)`", cells[0])
    return tuple(patterns)


def without(page: Page, patterns: Iterable[str]) -> Page:
    """Return the page without series that match a pattern of "name" or "name value"."""
    patterns = tuple(patterns)
    return {
        name: remaining
        for name, series in page.items()
        if (
            remaining := {
                labels: value
                for labels, value in series.items()
                if not any(
                    fnmatchcase(sample, pattern)
                    for pattern in patterns
                    for sample in (name, f"{name} {value:g}")
                )
            }
        )
    }


def missing(before: Page, after: Page, ours: Page) -> Iterator[str]:
    """Yield a line for each series that is on the module's page and not on ours."""
    for name, series in before.items():
        for labels in series:
            if labels in after.get(name, {}) and labels not in ours.get(name, {}):
                yield f"{name}{dict(sorted(labels))} is missing"


def otherwise(before: Page, after: Page, ours: Page) -> Iterator[str]:
    """Yield a line for each value that is not between the module's before and after ours."""
    for name, series in before.items():
        for labels, value in series.items():
            last = after.get(name, {}).get(labels, value)
            our = ours.get(name, {}).get(labels, value)
            if not min(value, last) <= our <= max(value, last):
                yield f"{name}{dict(sorted(labels))} is {our}, not {value}"
