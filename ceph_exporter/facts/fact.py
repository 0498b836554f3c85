"""The base of all fact types, the decoders by wire format, and the facts of one cluster."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar, TypeVarTuple

import msgspec

from ceph_exporter.facts.decode import DecodeError


class Fact(msgspec.Struct, frozen=True):
    """What one document says, in the same form for every release and API.

    A subclass names its `document` after the mon command that carries it. `slow` documents change
    with an upgrade or a reconfiguration and are requested every few minutes only. Documents
    `of_osd_map` hold nothing that is not in the OSD map, so they stay valid while its epoch does.
    """

    document: ClassVar[str]
    slow: ClassVar[bool] = False
    of_osd_map: ClassVar[bool] = False

    @classmethod
    def redundant(cls, available: "Facts") -> bool:
        """Return whether other facts already hold what this document would add."""
        del available
        return False

    def without_mgr(self) -> "Fact | None":
        """Return the part that the monitors know by themselves, None if there is none.

        From 12 on the active mgr reports PGs and usage to the monitors (MgrStatMonitor.cc). Without
        a mgr they go on answering with its last report, and nothing says that it is old.
        """
        return self


F = TypeVar("F", bound=Fact)
R = TypeVar("R")
Ts = TypeVarTuple("Ts")
Cache: TypeAlias = dict[Callable[..., Any], list[tuple[tuple[Any, ...], Any]]]
"""By function: the arguments of each call and its result."""
Decode: TypeAlias = Callable[[bytes], tuple[Fact, ...]]

DECODERS: dict[str, Decode] = {}
"""The functions that decode answers, by wire format."""


class RegistrationError(ImportError):
    """A document, collector or simulated answer is incomplete; the text names the file to edit."""


def file_of(module: str) -> str:
    """Return the file of a module, relative to the root of the repository."""
    return f"{module.replace('.', '/')}.py"


def decodes(*wire_formats: str) -> Callable[[Decode], Decode]:
    """Register a function that decodes answers in these wire formats.

    A wire format is named after the command (`health detail`), or `dashboard/` and the endpoint
    below `/api/` (`dashboard/health/minimal`). One answer may carry several facts. Raises
    RegistrationError if another function already decodes the wire format.
    """

    def register(decode: Decode) -> Decode:
        for name in wire_formats:
            other = DECODERS.setdefault(name, decode)
            if other is not decode:
                raise RegistrationError(
                    f"{file_of(decode.__module__)}: {decode.__name__} and {other.__name__} of "
                    f"{file_of(other.__module__)} both decode {name!r}; remove one of them"
                )
        return decode

    return register


def decode(wire_format: str, body: bytes) -> tuple[Fact, ...]:
    """Decode an answer; raises DecodeError, and KeyError for an unknown wire format."""
    try:
        return DECODERS[wire_format](body)
    except ArithmeticError as error:
        # A share or an average of a number that Ceph cannot have.
        raise DecodeError(f"a number in the answer is too large: {error}") from None


class Decoding:
    """Decodes the answers of one cluster, poll after poll.

    An answer that equals the last one is not decoded again: its facts are the same objects. Most
    maps seldom change, and then only in part; the parts that are equal in the next answer are the
    same objects too, so nobody has to compare them again. What is remembered of an answer is its
    length and, once that has come twice, Python's own 64-bit hash of it, whose key is new in each
    process.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int | None, tuple[Fact, ...]]] = {}

    def __call__(self, wire_format: str, body: bytes) -> tuple[Fact, ...]:
        """Decode an answer; raises as `decode` does."""
        size, last_digest, previous = self._last.pop(wire_format, (-1, None, ()))
        digest = hash(body) if size == len(body) else None
        facts = previous
        if digest is None or digest != last_digest:
            facts = decode(wire_format, body)
            if [*map(type, facts)] == [*map(type, previous)]:
                facts = tuple(map(_shared, facts, previous))
        self._last[wire_format] = len(body), digest, facts
        return facts


def _shared(fact: F, previous: F) -> F:
    """Return the fact with the objects of the previous one wherever they are equal."""
    fields = [
        (name, getattr(fact, name), getattr(previous, name)) for name in fact.__struct_fields__
    ]
    return msgspec.structs.replace(fact, **{name: old for name, new, old in fields if new == old})


def wire_formats() -> tuple[str, ...]:
    """Return all wire formats that can be decoded."""
    return tuple(DECODERS)


class Facts:
    """The available facts of one cluster, by type.

    before: the results of `once` in the last poll (the `cache` of its facts).
    """

    def __init__(
        self, facts: Mapping[type[Fact], Fact] | None = None, before: Cache | None = None
    ) -> None:
        self._facts = dict(facts or {})
        self._before = before or {}
        self.cache: Cache = {}

    @classmethod
    def of(cls, *facts: Fact) -> "Facts":
        """Return the facts of one cluster, each under its type."""
        return cls({type(fact): fact for fact in facts})

    def get(self, type_: type[F]) -> F | None:
        """Return the fact of a type, None while its document is unavailable."""
        fact = self._facts.get(type_)
        return fact if isinstance(fact, type_) else None

    def once(self, make: Callable[[*Ts], R], *args: *Ts) -> R:
        """Return `make(*args)`; the same object as before while the arguments stay equal.

        For costly results of facts that seldom change. `make` is a pure function. A result is
        forgotten after the first poll that does not ask for it.
        """
        calls = self.cache.setdefault(make, [])
        previous = self._before.get(make, ())
        match = next((call for call in (*calls, *previous) if call[0] == args), None)
        result: R = match[1] if match else make(*args)
        calls.append((args, result))  # with the new arguments, so that the old ones can be freed
        return result


__all__ = [
    "DECODERS",
    "Cache",
    "Decoding",
    "Fact",
    "Facts",
    "RegistrationError",
    "decode",
    "decodes",
    "file_of",
    "wire_formats",
]
