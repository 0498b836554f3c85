"""Whole pages, byte for byte, of one cluster for each era."""

from pathlib import Path

import pytest

from ceph_exporter.exposition import Format
from tests.golden.eras import ERAS, FIXTURES, answers, facts_of, page, samples
from tests.golden.files import STALE, era_page
from tests.golden.parsers import parse_openmetrics, parse_text

GOLDEN = Path(__file__).parent


@pytest.mark.parametrize("era", ERAS)
def test_page_is_the_golden_one(era: str) -> None:
    """The page of each era's cluster is the golden one, byte for byte."""
    golden = (GOLDEN / f"{era}.txt").read_text("utf-8")
    assert era_page(era) == golden, STALE


@pytest.mark.parametrize("era", ERAS)
def test_text_page_parses(era: str) -> None:
    """Prometheus' own client reads each sample of the text page, and its family before it."""
    text = page(facts_of(era)).decode()
    families = parse_text(text)
    assert sum(len(family.samples) for family in families) == len(samples(text))
    assert all(family.documentation for family in families)


@pytest.mark.parametrize("era", ERAS)
def test_openmetrics_page_parses(era: str) -> None:
    """The strict parser of OpenMetrics reads each sample of the same lines."""
    known = facts_of(era)
    text = page(known, Format.OPENMETRICS).decode()
    families = parse_openmetrics(text)
    assert sum(len(family.samples) for family in families) == len(samples(text))
    assert samples(text) == samples(page(known).decode())


@pytest.mark.parametrize("era", ERAS)
def test_no_fixture_is_left_unread(era: str) -> None:
    """Each file of an era's cluster is read, so that none is there in vain."""
    files = {path for path in (FIXTURES / era).rglob("*") if path.is_file()}
    wires = {answer.wire_format for answer in answers(era)}
    assert len(wires) == len(files) > 0


def test_eras_are_those_with_fixtures() -> None:
    """Each folder of fixtures is an era whose page is compared, and each golden page is one's."""
    assert sorted(path.name for path in FIXTURES.iterdir()) == sorted(ERAS)
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted(ERAS)
