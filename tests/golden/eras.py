"""One recorded cluster for each era of Ceph, and what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

from ceph_exporter import exposition, facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.base import Family
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.sources.base import Answer, Deadline
from ceph_exporter.sources.recording import Recording

FIXTURES = Path(__file__).parent.parent / "fixtures"
ERAS = ("0.67", "0.80", "10", "12", "14", "16", "18", "20")


def answers(era: str) -> list[Answer]:
    """Give the documents that the cluster of an era answers."""
    source = Recording(FIXTURES / era)
    wanted = sorted(source.documents)
    return [answer for answer in source.fetch(wanted, Deadline(60)) if answer.error is None]


def facts_of(era: str) -> Facts:
    """Give all facts of the cluster of an era."""
    found: dict[type[Fact], Fact] = {}
    for answer in answers(era):
        found.update({type(fact): fact for fact in facts.decode(answer.wire, answer.body)})
    return Facts(found)


def families(known: Facts) -> Iterator[Family]:
    """Yield what all collectors make of facts."""
    for collector in COLLECTORS.values():
        yield from collector.collect(known)


def page(known: Facts, format_: exposition.Format = exposition.Format.TEXT) -> bytes:
    """Render the page that shows facts, without the exporter's own metrics."""
    return exposition.page([exposition.lines(families(known))], format_)


def samples(text: str) -> list[str]:
    """Give the lines of a page that hold samples."""
    return [line for line in text.split("\n") if line and not line.startswith("#")]
