"""Compares our page with that of Ceph's mgr module of the same moment, and reads what may differ.

What may differ is what the documentation says: its two tables are read here, not kept twice.
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

DOCUMENT = Path(__file__).parents[2] / "docs/ceph-apis.md"
NOT_GIVEN = "What an API does not give"
OTHERWISE = "What the module says otherwise"
# Of the module's own process, not of Ceph.
OWN = ("ceph_prometheus_*", "ceph_scrape_duration_secs")


def parse(text: str) -> Page:
    """Read a page: the values by metric and labels."""
    page: Page = {}
    names = set(re.findall(r"^[a-z]\w*", text, re.MULTILINE))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            # The parser calls every counter `_total`, whatever the page says.
            name = sample.name if sample.name in names else sample.name.removesuffix("_total")
            page.setdefault(name, {})[frozenset(sample.labels.items())] = sample.value
    return page


def allowed(heading: str, which: str) -> tuple[str, ...]:
    """Give the patterns of metric names that a table of the documentation lists.

    `which` is an API or a release's major number: what the second column names, or "all".
    """
    section = DOCUMENT.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and set(re.findall(r"[\w-]+", cells[1])) & {which, "all"}:
            found += re.findall(r"`([^`]+)`", cells[0])
    return tuple(found)


def without(page: Page, patterns: Iterable[str]) -> Page:
    """Leave out the series that match a pattern, which is of a name, or of a name and a value."""
    patterns = tuple(patterns)
    return {
        name: kept
        for name, series in page.items()
        if (
            kept := {
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
    """Say, a line each, which series of the module's page are not on ours."""
    for name, series in before.items():
        for labels in series:
            if labels in after.get(name, {}) and labels not in ours.get(name, {}):
                yield f"{name}{dict(sorted(labels))} is missing"


def otherwise(before: Page, after: Page, ours: Page) -> Iterator[str]:
    """Say which series of both have another value; the module's was had before and after ours."""
    for name, series in before.items():
        for labels, value in series.items():
            last = after.get(name, {}).get(labels, value)
            our = ours.get(name, {}).get(labels, value)
            if not min(value, last) <= our <= max(value, last):
                yield f"{name}{dict(sorted(labels))} is {our}, not {value}"
