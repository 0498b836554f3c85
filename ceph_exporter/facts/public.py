"""What may be recorded of answers that contain secrets: only the fields that are decoded.

The audit log contains whole commands with their arguments.
The orchestrator's answers contain the specifications of services and hosts: passwords, private
keys, files, arguments of containers. The names of such fields differ by service and release, so
fields are not removed by their names; those in use are kept.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.orch_hosts import Hosts, RawHost
from ceph_exporter.facts.orch_services import RawService, RawStatus, Services
from ceph_exporter.facts.orchestrator import Daemons, RawDaemon
from ceph_exporter.facts.signs import RawLogs

_ROWS: Mapping[str, type[msgspec.Struct]] = {
    Daemons.document: RawDaemon,
    "dashboard/daemon": RawDaemon,
    Services.document: RawService,
    "dashboard/service": RawService,
    Hosts.document: RawHost,
    "dashboard/host?sources=orchestrator": RawHost,
}
_INNER: Mapping[str, type[msgspec.Struct]] = {"status": RawStatus}
"""The fields that are objects in some of the answers."""

_LOGS = "dashboard/logs/all"
_rows = Decoder(tuple[Any, ...])
_logs = Decoder(RawLogs)


def public(wire_format: str, body: bytes) -> bytes:
    """Return the part of an answer that may be recorded; most answers are returned unchanged.

    A row or a field of an unexpected type is kept as null.
    """
    struct = _ROWS.get(wire_format)
    try:
        if wire_format == _LOGS:
            return msgspec.json.encode(_logs(body))
        if struct is None:
            return body
        rows = _rows(body)
    except DecodeError:
        return b'"not recorded: the answer has another form, and may contain secrets"'
    return msgspec.json.encode([_fields(row, struct) for row in rows])


def _fields(row: object, struct: type[msgspec.Struct]) -> dict[str, object] | None:
    if not isinstance(row, dict):
        return None
    return {name: _value(name, row[name]) for name in struct.__struct_fields__ if name in row}


def _value(name: str, value: object) -> object:
    if isinstance(value, dict):
        return _fields(value, _INNER[name]) if name in _INNER else None
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return value
