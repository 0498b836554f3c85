"""The families that Ceph's mgr module declares on each release, against those of the exporter."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.collectors import COLLECTORS
from testbed.releases import RELEASES
from tests.documents import ROOT
from tests.real import parity
from tests.real.families import Declared, declared
from tests.real.requirements import require

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

OURS = {metric.name: metric for collector in COLLECTORS.values() for metric in collector.metrics}
NEWEST = "20.2.4"
# The module removes labels from this one when it groups the devices.
GROUPED = {"ceph_disk_occupation_human"}


def module_of(release: str) -> Path:
    """Return the installed source of a release's module."""
    return RELEASES[release].usr / "share/ceph/mgr/prometheus/module.py"


def families(release: str) -> tuple[Declared, ...]:
    """Return what the module of a release declares."""
    module = module_of(release)
    require(None if module.exists() else f"{module} is missing", "testbed/install-releases")
    found = declared(module)
    assert len(found) > 80
    return found


def is_listed(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a pattern of the table matches."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@pytest.mark.parametrize("release", RELEASES)
def test_every_family_of_the_module_is_exported_or_listed(release: str) -> None:
    """A family of the module is declared here, or docs/migration.md says why not, never both."""
    patterns = parity.allowed(parity.NOT_EXPORTED, release.partition(".")[0])
    names = {family.name for family in families(release)}
    assert {name for name in names if name not in OURS} == {
        name for name in names if is_listed(name, patterns)
    }


@pytest.mark.parametrize("release", RELEASES)
def test_every_row_of_the_table_is_true(release: str) -> None:
    """Each pattern of the table matches a family of each release that its row names."""
    names = [family.name for family in families(release)]
    for pattern in parity.allowed(parity.NOT_EXPORTED, release.partition(".")[0]):
        assert any(fnmatchcase(name, pattern) for name in names), pattern


def test_the_document_gives_the_number_of_families_of_the_newest_release() -> None:
    """The number that the document gives, ten, is that of the newest release."""
    assert len([one for one in families(NEWEST) if one.name not in OURS]) == 10
    assert "[Ten families]" in (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")


def test_types_and_labels_are_those_of_the_newest_release() -> None:
    """Every family of the newest release has its type and its labels here too."""
    for family in families(NEWEST):
        if family.name in OURS and family.name not in GROUPED:
            metric = OURS[family.name]
            ours = metric.type, set(metric.labels.names)
            assert ours == (family.type, set(family.labels)), family.name
