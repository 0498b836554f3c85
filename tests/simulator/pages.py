"""What becomes of a simulated cluster's documents: facts, and the values of the page."""

from collections.abc import Collection
from math import isfinite
from typing import TypeVar

from ceph_exporter import facts
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.metric import Columns
from ceph_exporter.simulator import Api, Simulated
from ceph_exporter.simulator.simulated import names
from tests.golden.eras import families

F = TypeVar("F", bound=Fact)

# Values by the metric's name and its block of labels.
Values = dict[tuple[str, str], float]

APIS: tuple[Api, ...] = ("rest-api", "restful")

_SECOND_CHOICE = "mon dump"  # carries what `quorum_status` does, but for elections


def simulated(
    seconds: float = 0.0, incidents: Collection[str] | None = None, osds: int = 12
) -> Simulated:
    """Make a cluster that stands at an age."""
    made = Simulated(osds, age=lambda: seconds)
    made.incidents = incidents
    return made


def known(cluster: Simulated, api: Api) -> Facts:
    """Decode all documents that a cluster answers."""
    found: dict[type[Fact], Fact] = {}
    for name in names(api):
        if name in facts.wire_formats() and name != _SECOND_CHOICE:
            body = cluster.body(api, name) or b""
            found.update({type(fact): fact for fact in facts.decode(name, body)})
    return Facts(found)


def fact(cluster: Simulated, api: Api, type_: type[F]) -> F:
    """Decode one fact of a cluster, which must be there."""
    found = known(cluster, api).get(type_)
    assert found is not None
    return found


def values(cluster: Simulated, api: Api) -> Values:
    """Give the samples of the page that shows a cluster."""
    return {
        (metric.name, block): float(value)
        for metric, samples in families(known(cluster, api))
        for block, value in (
            zip(*samples, strict=True) if isinstance(samples, Columns) else samples
        )
        if value is not None and isfinite(value)
    }


def of(found: Values, name: str, **labels: str) -> float:
    """Give the one value of a metric whose labels have these values among others."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    (value,) = [
        value
        for (metric, block), value in found.items()
        if metric == name and all(label in block.split(",") for label in wanted)
    ]
    return value


def every(found: Values, name: str) -> list[float]:
    """Give all values of a metric."""
    return [value for (metric, _), value in found.items() if metric == name]
