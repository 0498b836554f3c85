"""One cluster for each era of Ceph, with its facts and its page.

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
    """Return the answers of the cluster of an era."""
    source = Recording(FIXTURES / era)
    wanted = sorted(source.documents)
    return [answer for answer in source.fetch(wanted, Deadline(60)) if answer.error is None]


def facts_of(era: str) -> Facts:
    """Return all facts of the cluster of an era."""
    decoded: dict[type[Fact], Fact] = {}
    for answer in answers(era):
        decoded.update({type(fact): fact for fact in facts.decode(answer.wire_format, answer.body)})
    return Facts(decoded)


def families(facts_: Facts) -> Iterator[Family]:
    """Yield the families of all collectors; of two with the same name, the first."""
    names: set[str] = set()
    for collector in COLLECTORS.values():
        collected = list(collector.collect(facts_))
        yield from (family for family in collected if family[0].name not in names)
        names.update(metric.name for metric, _ in collected)


def page(facts_: Facts, format_: exposition.Format = exposition.Format.TEXT) -> bytes:
    """Render the page that shows facts, without the exporter's own metrics."""
    return exposition.page([exposition.lines(families(facts_))], format_)


def samples(text: str) -> list[str]:
    """Return the sample lines of a page."""
    return [line for line in text.split("\n") if line and not line.startswith("#")]
