"""A simulated cluster that changes over time, and its answers over each API."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from types import ModuleType
from typing import Literal, TypeAlias

import msgspec

from ceph_exporter.facts import RegistrationError, wire_formats
from ceph_exporter.facts.command import release_key
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.simulator import jewel, reef, reef_dashboard
from ceph_exporter.simulator.cluster import state
from ceph_exporter.simulator.layout import layout
from ceph_exporter.simulator.model import State

Api: TypeAlias = Literal["rest-api", "restful", "dashboard"]
Arguments: TypeAlias = frozenset[tuple[str, str]]

_RELEASES: Mapping[Api, ModuleType] = {
    "rest-api": jewel,
    "restful": reef,
    "dashboard": reef_dashboard,
}
_ANSWERS: Mapping[Api, Mapping[str, Callable[[State], object]]] = {
    "rest-api": jewel.ANSWERS,
    "restful": reef.ANSWERS,
    "dashboard": reef_dashboard.ANSWERS,
}
_PLAIN = ("df", "fsid", "health")
"""Commands that the exporter does not use; only users and tests run them."""
_OSDS_PER_SECOND = 2500
"""A cluster of N OSDs changes every N / _OSDS_PER_SECOND seconds, but at most once a second."""
_FIXED = {"osd metadata", "device ls"}
"""Large answers that never change."""


def _age() -> Callable[[], float]:
    start = time.monotonic()
    return lambda: time.monotonic() - start


class Simulated:
    """A simulated cluster. Clusters with the same number of OSDs, seed and age have the same state.

    age: a function that returns the age of the cluster in seconds; by default, the time since this
    object was created. incidents: the incidents of `timeline.INCIDENTS` that are always half-way
    through; None to follow the timeline. Both attributes can be changed at any time.

    A large cluster changes less often than once a second, because its answers take long to create.
    """

    def __init__(
        self, osds: int = 12, seed: int = 0, age: Callable[[], float] | None = None
    ) -> None:
        self.age = age or _age()
        self.incidents: Collection[str] | None = None
        self._layout = layout(osds, seed)
        self._tick = max(1.0, osds // _OSDS_PER_SECOND)
        self._lock = threading.Lock()
        self._key: object = None
        self._state: State | None = None
        self._bodies: dict[tuple[Api, str | None], bytes] = {}

    @property
    def state(self) -> State:
        """The cluster at the current tick. Raises KeyError for an unknown incident."""
        with self._lock:
            return self._now()

    def body(self, api: Api, name: str | None) -> bytes | None:
        """Return an answer as JSON, by its wire format; None if the release has no such answer.

        The answers over rest-api are those of Ceph 10.2, the others those of 18.2.
        """
        write = _ANSWERS[api].get(name or "")
        if write is None:
            return None
        with self._lock:
            now = self._now()
            if (api, name) not in self._bodies:
                self._bodies[api, name] = msgspec.json.encode(write(now))
            return self._bodies[api, name]

    def _now(self) -> State:
        seconds = self.age() // self._tick * self._tick
        incidents = None if self.incidents is None else frozenset(self.incidents)
        if self._state is None or self._key != (seconds, incidents):
            self._state = state(self._layout, seconds, incidents)
            self._key = seconds, incidents
            fixed = {key: body for key, body in self._bodies.items() if key[1] in _FIXED}
            self._bodies = fixed
        return self._state


def names(api: Api) -> tuple[str, ...]:
    """Return the wire formats of all answers over an API."""
    return tuple(_ANSWERS[api])


def name_of(prefix: str, args: Mapping[str, object]) -> str | None:
    """Return the wire format of a command's answer; None for an unknown command.

    args: all arguments except the format. Raises KeyError with the names of the unknown arguments;
    if all names are known, a value is invalid, and the error contains all names.
    """
    forms = _COMMANDS.get(prefix, {})
    name = forms.get(_frozen(args))
    if name is None and forms:
        allowed = {arg for form in forms for arg, _ in form}
        raise KeyError(*(args.keys() - allowed or args))
    return name


def _frozen(args: Mapping[str, object]) -> Arguments:
    """Return arguments in a hashable form, in which a list of one value is equal to the value."""
    return frozenset(
        (name, str(value[0] if isinstance(value, list) and value else value))
        for name, value in args.items()
    )


def _commands() -> dict[str, dict[Arguments, str]]:
    """Return the wire format of each command's answer, by prefix and arguments of the command."""
    commands = {prefix: {_frozen({}): prefix} for prefix in _PLAIN}
    for document in COMMANDS:
        for command in COMMANDS[document]:
            forms = commands.setdefault(command.prefix, {})
            forms[_frozen(dict(command.args))] = wire_format_of(document, command)
    return commands


def expected(api: Api, release: str) -> set[str]:
    """Return the wire formats that a release answers over an API, according to the registry."""
    prefix = f"{api}/"
    endpoints = {name for name in wire_formats() if name.startswith(prefix)}
    if api == "dashboard":  # it runs no commands
        return endpoints
    return endpoints | {
        wire_format_of(document, command)
        for document in COMMANDS
        for command in COMMANDS[document]
        if release_key(command.since) <= release_key(release)
    }


def check(api: Api, simulator: ModuleType) -> None:
    """Raise RegistrationError, which names the file to edit, if a release's tables are wrong.

    Each answer that the registry expects from the release must be either in ANSWERS, or in ABSENT
    with a reason. The tables must contain no other answers.
    """
    file = f"{simulator.__name__.replace('.', '/')}/__init__.py"
    registered = expected(api, simulator.RELEASE)
    answers, absent = set(simulator.ANSWERS), set(simulator.ABSENT)
    if missing := registered - answers - absent:
        raise RegistrationError(
            f"{file}: the simulator does not answer {min(missing)!r}; add the answer to ANSWERS, "
            "or the reason to ABSENT"
        )
    if unknown := answers - registered - {*_PLAIN}:
        raise RegistrationError(
            f"{file}: nobody requests {min(unknown)!r}; remove it from ANSWERS, because no command "
            f"or endpoint of Ceph {simulator.RELEASE} has this wire format"
        )
    if redundant := absent & answers | absent - registered:
        raise RegistrationError(
            f"{file}: remove {min(redundant)!r} from ABSENT, because either the simulator answers "
            f"it, or Ceph {simulator.RELEASE} does not have it"
        )


_COMMANDS = _commands()
for _api, _release in _RELEASES.items():
    check(_api, _release)
