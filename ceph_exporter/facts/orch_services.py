"""The document `orch ls`: the services of an orchestrator (Ceph 15 and later).

Sources: ServiceDescription in orchestrator/_interface.py of Ceph 15 to 20; the dashboard's
`/api/service` (controllers/service.py).

The answer contains the specification of each service, with passwords and keys in clear text. Only
the fields that are exported are decoded, and nothing else of the answer is kept or recorded
(public.py).
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Service(msgspec.Struct, frozen=True, gc=False):
    """A service such as `rgw.s3`.

    size: the wanted number of daemons; running: the number of those that run; None if unknown.
    unmanaged: whether the orchestrator leaves its daemons alone; None if unknown.
    """

    name: str
    type: str
    size: int | None
    running: int | None
    unmanaged: bool | None


class Services(Fact, frozen=True):
    """The services of the orchestrator."""

    document = "orch ls"
    slow = True

    services: tuple[Service, ...]


class RawStatus(msgspec.Struct, frozen=True, gc=False):
    """How many daemons a service has and should have."""

    size: int | None = None
    running: int | None = None


class RawService(msgspec.Struct, frozen=True, gc=False):
    """One row. Ceph omits `unmanaged` if it is false."""

    service_name: str
    service_type: str = ""
    unmanaged: bool | None = False
    status: RawStatus | None = None


_decode = Decoder(tuple[RawService, ...])


@decodes("orch ls", "dashboard/service")
def decode_services(body: bytes) -> tuple[Fact, ...]:
    """Decode a list of services; both APIs print the same rows, each service is kept once."""
    return (Services(tuple({row.service_name: _service(row) for row in _decode(body)}.values())),)


def _service(row: RawService) -> Service:
    status = row.status or RawStatus()
    type_ = row.service_type or row.service_name.partition(".")[0]
    size, running = amount(status.size), amount(status.running)
    return Service(row.service_name, type_, size, running, row.unmanaged)
