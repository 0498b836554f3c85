"""The base of all fact types, the decoders by wire format, and the facts of one cluster."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar, TypeVarTuple

import msgspec

from ceph_exporter.facts.decode import DecodeError, MisfitError


class Fact(msgspec.Struct, frozen=True):
    """What one document says, in the same form for every release and API.

    A subclass names its `document` after the mon command that carries it. `slow` documents change
    with an upgrade or a reconfiguration and are requested every few minutes only. Those `aside` may
    take longer than a poll, so they are requested beside the polls. Documents
    `of_osd_map` hold nothing that is not in the OSD map, so they stay valid while its epoch does.
    """

    document: ClassVar[str]
    slow: ClassVar[bool] = False
    aside: ClassVar[bool] = False
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


class Decoded(NamedTuple):
    """The facts in one answer, and how many of its fields were dropped, by path (`osds[].up`)."""

    facts: tuple[Fact, ...]
    dropped: Mapping[str, int] = {}


def decode(wire_format: str, body: bytes) -> tuple[Fact, ...]:
    """Return the facts in an answer; raises as `read` does."""
    return read(wire_format, body).facts


def read(wire_format: str, body: bytes) -> Decoded:
    """Decode an answer; raises DecodeError, and KeyError for an unknown wire format.

    Fields of an unexpected type are dropped; the answer is an error only if one is required.
    """
    dropped: Counter[str] = Counter()
    for _ in range(_MOST_DECODERS):
        try:
            return Decoded(DECODERS[wire_format](body), dropped)
        except MisfitError as misfit:
            body, fields = misfit.fit()
            dropped.update(fields)
        except ArithmeticError as error:
            # A share or an average of a number that Ceph cannot have.
            raise DecodeError(f"a number in the answer is too large: {error}") from None
    raise DecodeError("the answer has fields of an unexpected type")


_MOST_DECODERS = 4
"""Decoders that one answer may pass through, each of which may drop fields, and one pass more."""


class Decoding:
    """Decodes the answers of one cluster, poll after poll.

    An answer that equals the last one is not decoded again: its facts are the same objects. Most
    maps seldom change, and then only in part; the parts that are equal in the next answer are the
    same objects too, so nobody has to compare them again. What is remembered of an answer is its
    length and, once that has come twice, Python's own 64-bit hash of it, whose key is new in each
    process.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int | None, Decoded]] = {}

    def __call__(self, wire_format: str, body: bytes) -> Decoded:
        """Decode an answer; raises as `read` does."""
        size, last_digest, previous = self._last.pop(wire_format, (-1, None, Decoded(())))
        digest = hash(body) if size == len(body) else None
        decoded = previous
        if digest is None or digest != last_digest:
            decoded = read(wire_format, body)
            if [*map(type, decoded.facts)] == [*map(type, previous.facts)]:
                shared = tuple(map(_shared, decoded.facts, previous.facts))
                decoded = decoded._replace(facts=shared)
        self._last[wire_format] = len(body), digest, decoded
        return decoded


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
    "Decoded",
    "Decoding",
    "Fact",
    "Facts",
    "RegistrationError",
    "decode",
    "decodes",
    "file_of",
    "read",
    "wire_formats",
]
