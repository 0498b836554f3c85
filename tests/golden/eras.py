"""One cluster for each era of Ceph, and what becomes of it.

From 14 on they are recordings of three monitors, three OSDs of which one is down, pools and a
filesystem, over restful (14, 18), the dashboard (16) and rados (20). Long lists are cut, and what
such a cluster does not have, checks, services and disks, is written by hand. The earlier ones are
written by hand and with the help of the simulator.
"""

from collections.abc import Iterator
from pathlib import Path

from ceph_exporter import exposition, facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.metric import Family
from ceph_exporter.sources.base import Answer
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
        found.update({type(fact): fact for fact in facts.decode(answer.wire_format, answer.body)})
    return Facts(found)


def families(known: Facts) -> Iterator[Family]:
    """Yield what all collectors make of facts; of two families of one name the first."""
    names: set[str] = set()
    for collector in COLLECTORS.values():
        found = list(collector.collect(known))
        yield from (family for family in found if family[0].name not in names)
        names.update(metric.name for metric, _ in found)


def page(known: Facts, format_: exposition.Format = exposition.Format.TEXT) -> bytes:
    """Render the page that shows facts, without the exporter's own metrics."""
    return exposition.page([exposition.lines(families(known))], format_)


def samples(text: str) -> list[str]:
    """Give the lines of a page that hold samples."""
    return [line for line in text.split("\n") if line and not line.startswith("#")]
