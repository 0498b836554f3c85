"""The documents of a simulated cluster, as facts and as the values of the page."""

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
"""The APIs that run commands, and so offer nearly every document of their release."""
ALL: tuple[Api, ...] = (*APIS, "dashboard")

_SECOND_CHOICE = "mon dump"  # carries what `quorum_status` does, except elections


def simulated(
    seconds: float = 0.0, incidents: Collection[str] | None = None, osds: int = 12
) -> Simulated:
    """Return a cluster of an age, in seconds."""
    cluster = Simulated(osds, age=lambda: seconds)
    cluster.incidents = incidents
    return cluster


def facts_of(cluster: Simulated, api: Api) -> Facts:
    """Return the facts of all documents that a cluster answers."""
    decoded: dict[type[Fact], Fact] = {}
    for name in names(api):
        if name in facts.wire_formats() and name != _SECOND_CHOICE:
            body = cluster.body(api, name) or b""
            decoded.update({type(fact): fact for fact in facts.decode(name, body)})
    return Facts(decoded)


def fact(cluster: Simulated, api: Api, type_: type[F]) -> F:
    """Return one fact of a cluster, which must be available."""
    decoded = facts_of(cluster, api).get(type_)
    assert decoded is not None
    return decoded


def values(cluster: Simulated, api: Api) -> Values:
    """Return the values of the page of a cluster."""
    return {
        (metric.name, block): float(value)
        for metric, samples in families(facts_of(cluster, api))
        for block, value in (
            zip(*samples, strict=True) if isinstance(samples, Columns) else samples
        )
        if value is not None and isfinite(value)
    }


def of(samples: Values, name: str, **labels: str) -> float:
    """Return the only value of a metric whose labels have these values, among others."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    (value,) = [
        value
        for (metric, block), value in samples.items()
        if metric == name and all(label in block.split(",") for label in wanted)
    ]
    return value


def every(samples: Values, name: str) -> list[float]:
    """Return all values of a metric."""
    return [value for (metric, _), value in samples.items() if metric == name]
