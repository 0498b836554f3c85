"""A simulated cluster that lives: what it answers now to a command of either API."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Literal, TypeAlias

import msgspec

from ceph_exporter.simulator import jewel, reef
from ceph_exporter.simulator.cluster import state
from ceph_exporter.simulator.layout import layout
from ceph_exporter.simulator.model import State
from ceph_exporter.sources.commands import COMMANDS, Command, wire_format_of

Api: TypeAlias = Literal["rest-api", "restful"]

_DOCUMENTS: Mapping[Api, Mapping[str, Callable[[State], object]]] = {
    "rest-api": jewel.DOCUMENTS,
    "restful": reef.DOCUMENTS,
}
_OSDS_OF_TICK = 2500
_FIXED = {"osd metadata", "device ls"}  # large, and always the same


def _age() -> Callable[[], float]:
    start = time.monotonic()
    return lambda: time.monotonic() - start


class Simulated:
    """A cluster of so many OSDs; clusters of one seed and age are alike.

    age: gives the seconds since its start, by default those since it was made; may be replaced.
    incidents: those of `timeline.INCIDENTS` that are going on whatever the time, each half-way;
    None for those that the timeline has at the time.

    A large cluster changes less often than each second, as its answers take their time.
    """

    def __init__(
        self, osds: int = 12, seed: int = 0, age: Callable[[], float] | None = None
    ) -> None:
        self.age = age or _age()
        self.incidents: Collection[str] | None = None
        self._layout = layout(osds, seed)
        self._tick = max(1.0, osds // _OSDS_OF_TICK)
        self._lock = threading.Lock()
        self._key: object = None
        self._state: State | None = None
        self._bodies: dict[tuple[Api, str | None], bytes] = {}

    @property
    def state(self) -> State:
        """The cluster at the current tick; raises KeyError for an unknown incident."""
        with self._lock:
            return self._now()

    def body(self, api: Api, name: str | None) -> bytes | None:
        """Give the JSON that a command answers, by its name in a recording; None if unknown.

        Ceph 10.2 answers over rest-api, 18.2 over restful.
        """
        write = _DOCUMENTS[api].get(name or "")
        if write is None:
            return None
        with self._lock:
            now = self._now()
            if (api, name) not in self._bodies:
                self._bodies[api, name] = msgspec.json.encode(write(now))
            return self._bodies[api, name]

    def _now(self) -> State:
        seconds = self.age() // self._tick * self._tick
        held = None if self.incidents is None else frozenset(self.incidents)
        if self._state is None or self._key != (seconds, held):
            self._state = state(self._layout, seconds, held)
            self._key = seconds, held
            kept = {key: body for key, body in self._bodies.items() if key[1] in _FIXED}
            self._bodies = kept
        return self._state


def names(api: Api) -> tuple[str, ...]:
    """Give the names of all that an API answers."""
    return tuple(_DOCUMENTS[api])


def name_of(prefix: str, args: Mapping[str, object]) -> str | None:
    """Give the name of a command's answer in a recording; None for an unknown command.

    `args` are those beside the format. Raises KeyError with the names of those that it has not, or
    not with this value.
    """
    known = {_frozen(dict(one.args)): name for one, name in _COMMANDS if one.prefix == prefix}
    name = known.get(_frozen(args))
    if name is None and known:
        allowed = {arg for wanted in known for arg, _ in wanted}
        raise KeyError(*(args.keys() - allowed or args))
    return name


def _frozen(args: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    """Make arguments comparable: in a URL a list of one is its element."""
    return frozenset(
        (name, str(value[0] if isinstance(value, list) and value else value))
        for name, value in args.items()
    )


_COMMANDS = [
    *((one, wire_format_of(document, one)) for document in COMMANDS for one in COMMANDS[document]),
    *((Command(prefix), prefix) for prefix in ("df", "fsid", "health")),
]
