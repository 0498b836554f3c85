"""The base of all fact types, the decoders by wire format, and the facts of one cluster."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar, TypeVarTuple

import msgspec

from ceph_exporter.facts.decode import DecodeError, MisfitError


class Fact(msgspec.Struct, frozen=True):
    """The contents of one document, in the same form for every release and API.

    A subclass sets `document` to the document's name, usually the command that returns it. A `slow`
    document seldom changes, so it is requested only every few minutes. A document with `of_osd_map`
    contains only data of the OSD map, so it stays valid until the map's epoch changes. A document
    `aside` may take longer than a poll, so it is requested in the background. `longest` is the
    longest useful time between two requests, in seconds.
    """

    document: ClassVar[str]
    slow: ClassVar[bool] = False
    aside: ClassVar[bool] = False
    of_osd_map: ClassVar[bool] = False
    longest: ClassVar[float] = math.inf

    @classmethod
    def redundant(cls, available: "Facts") -> bool:
        """Return whether this document need not be requested, according to the available facts."""
        del available
        return False

    @classmethod
    def nonexistent(cls, available: "Facts") -> str:
        """Return why this cluster cannot have the document, "" if it may have it."""
        del available
        return ""

    def without_mgr(self) -> "Fact | None":
        """Return the part that the monitors know without the mgr, None if there is none.

        In Ceph 12 and later, the active mgr reports PGs and usage to the monitors
        (MgrStatMonitor.cc). While no mgr is active, the monitors repeat the last report, and their
        answers do not show how old that report is.
        """
        return self


F = TypeVar("F", bound=Fact)
R = TypeVar("R")
Ts = TypeVarTuple("Ts")
Cache: TypeAlias = dict[Callable[..., Any], list[tuple[tuple[Any, ...], Any]]]
"""For each function, the arguments and the result of each call."""
Decode: TypeAlias = Callable[[bytes], tuple[Fact, ...]]

DECODERS: dict[str, Decode] = {}
"""The functions that decode answers, by wire format."""


class RegistrationError(ImportError):
    """A document, collector or simulated answer is incomplete or conflicts with another one.

    The message names the file to edit.
    """


def file_of(module: str) -> str:
    """Return the file of a module, relative to the root of the repository."""
    return f"{module.replace('.', '/')}.py"


def decodes(*wire_formats: str) -> Callable[[Decode], Decode]:
    """Register a function that decodes answers in these wire formats.

    The name of a wire format is a document or a command (`health detail`), or an API and its
    endpoint (`dashboard/health/minimal`). One answer can contain several facts. Raise
    RegistrationError if another function already decodes one of the wire formats.
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
    """The facts in one answer.

    dropped: how many of the answer's fields were dropped, by path (`osds[].up`).
    """

    facts: tuple[Fact, ...]
    dropped: Mapping[str, int] = {}


def decode(wire_format: str, body: bytes) -> tuple[Fact, ...]:
    """Return the facts in an answer; raise the same exceptions as `read`."""
    return read(wire_format, body).facts


def read(wire_format: str, body: bytes) -> Decoded:
    """Decode an answer; raise DecodeError if it is unusable, KeyError for an unknown wire format.

    Fields of an unexpected type are dropped as described in odd_fields.py.
    """
    dropped: Counter[str] = Counter()
    for _ in range(_ATTEMPTS):
        try:
            return Decoded(DECODERS[wire_format](body), dropped)
        except MisfitError as misfit:
            body, fields = misfit.fit()
            dropped.update(fields)
        except ArithmeticError as error:
            # For example, the average of an absurdly large number overflowed.
            raise DecodeError(f"a number in the answer is too large: {error}") from None
    raise DecodeError("the answer has fields of an unexpected type")


_ATTEMPTS = 4
"""Maximum number of attempts: each of the up to three decoders can reject fields once."""


class Decoding:
    """Decodes the answers of one cluster, poll after poll.

    An answer that equals the previous two is not decoded again: the same facts are returned. Most
    maps change seldom, and then only in part. Unchanged fields of a new fact are therefore replaced
    by the previous objects, so that later comparisons of them are cheap.

    Equal answers are recognized by their length and their `hash()`, which has 64 bits and a key
    that Python chooses at random per process. The hash is calculated only if the length has not
    changed, so the first repetition of an answer is still decoded.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int | None, Decoded]] = {}

    def __call__(self, wire_format: str, body: bytes) -> Decoded:
        """Decode an answer; raise the same exceptions as `read`."""
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
    """Return the fact, with the previous object for each field that has not changed."""
    fields = [
        (name, getattr(fact, name), getattr(previous, name)) for name in fact.__struct_fields__
    ]
    return msgspec.structs.replace(fact, **{name: old for name, new, old in fields if new == old})


def wire_formats() -> tuple[str, ...]:
    """Return all wire formats that can be decoded."""
    return tuple(DECODERS)


class Facts:
    """The available facts of one cluster, by type.

    before: the `cache` of the previous poll's facts, with the results of `once`.
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
        """Return `make(*args)`, or the result of an equal call in this or the previous poll.

        Use it for costly results of facts that seldom change. `make` must be a pure function.
        """
        calls = self.cache.setdefault(make, [])
        previous = self._before.get(make, ())
        match = next((call for call in (*calls, *previous) if call[0] == args), None)
        result: R = match[1] if match else make(*args)
        calls.append((args, result))  # keep the new arguments; the equal old ones can be freed
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
