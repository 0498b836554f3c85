"""The document `orch host ls`: the hosts of an orchestrator (Ceph 15 and later).

Sources: HostSpec in ceph/deployment/hostspec.py of Ceph 15 to 20; the dashboard's
`/api/host?sources=orchestrator` (controllers/host.py).
"""

from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.odd_fields import EACH

ONLINE, OFFLINE, MAINTENANCE = "online", "offline", "maintenance"


class Host(msgspec.Struct, frozen=True):
    """A host. status: ONLINE, OFFLINE, MAINTENANCE or another; None if unknown."""

    name: str
    status: str | None
    labels: tuple[str, ...]


class Hosts(Fact, frozen=True):
    """The hosts of the orchestrator.

    complete: whether each host of the answer is listed, so that they can be counted.
    """

    document = "orch host ls"
    slow = True

    hosts: tuple[Host, ...]
    complete: bool = True


class RawHost(msgspec.Struct, frozen=True):
    """One row. The status of a host that is online is an empty string."""

    hostname: str
    status: str | None = None
    labels: Annotated[tuple[str, ...], EACH] = ()


_decode = Decoder(tuple[RawHost | None, ...])


@decodes("orch host ls", "dashboard/host?sources=orchestrator")
def decode_hosts(body: bytes) -> tuple[Fact, ...]:
    """Decode a list of hosts; both APIs print the same fields, each host is kept once."""
    answer = _decode(body)
    rows = [row for row in answer if row is not None]
    hosts = {row.hostname: Host(row.hostname, _status(row), row.labels) for row in rows}
    return (Hosts(tuple(hosts.values()), complete=len(rows) == len(answer)),)


def _status(row: RawHost) -> str | None:
    """Return the status in lower case: cephadm writes `Offline`, but `maintenance`."""
    return None if row.status is None else row.status.lower() or ONLINE
