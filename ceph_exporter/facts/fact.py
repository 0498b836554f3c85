"""What a document of Ceph becomes: the base of all fact types, and the register of wire formats."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar, TypeVarTuple

import msgspec

from ceph_exporter.facts.decode import DecodeError


class Fact(msgspec.Struct, frozen=True):
    """What one document says, the same for every release and API.

    A subclass names its `document` after the mon command that gives it. `slow` documents change
    with an upgrade or a reconfiguration and are asked for every few minutes only. `of_osd_map` are
    those that hold nothing but what is in the OSD map, so they are the same while its epoch is.
    """

    document: ClassVar[str]
    slow: ClassVar[bool] = False
    of_osd_map: ClassVar[bool] = False

    @classmethod
    def redundant(cls, available: "Facts") -> bool:
        """Say whether other facts tell what this one would, so that it need not be asked for."""
        del available
        return False

    def without_mgr(self) -> "Fact | None":
        """Give what of it the monitors know themselves, None for nothing.

        From 12 on they know of PGs and usage what the active mgr tells them (MgrStatMonitor.cc),
        and go on answering what the last one told, without a sign that it is old.
        """
        return self


F = TypeVar("F", bound=Fact)
R = TypeVar("R")
Ts = TypeVarTuple("Ts")
Cache: TypeAlias = dict[Callable[..., Any], list[tuple[tuple[Any, ...], Any]]]
"""By function: arguments and what it made of them."""
Decode: TypeAlias = Callable[[bytes], tuple[Fact, ...]]

_DECODERS: dict[str, Decode] = {}


def decodes(*names: str) -> Callable[[Decode], Decode]:
    """Register a function that decodes the answers called `names`.

    The name of a wire format is the command (`health detail`), or `dashboard/` and the endpoint
    below `/api/` (`dashboard/health/minimal`). One answer may carry several facts.
    """

    def register(decode: Decode) -> Decode:
        _DECODERS.update(dict.fromkeys(names, decode))
        return decode

    return register


def decode(name: str, body: bytes) -> tuple[Fact, ...]:
    """Decode the answer called `name`; raises DecodeError, and KeyError for an unknown name."""
    try:
        return _DECODERS[name](body)
    except ArithmeticError as error:
        # What is reckoned here, a share or an average, of a number that Ceph cannot have.
        raise DecodeError(f"a number in the answer is too large: {error}") from None


class Decoding:
    """Decodes the answers of one cluster, poll after poll.

    An answer that is the same as the last one is not decoded again: its facts are the very same
    objects. Most maps seldom change, and if so then in part: what is equal in the next answer is
    the very same object too, so that nobody has to compare it again. What is remembered of an
    answer is its length, and once that has come twice Python's own hash of it, of 64 bits and keyed
    anew in each process.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int | None, tuple[Fact, ...]]] = {}

    def __call__(self, name: str, body: bytes) -> tuple[Fact, ...]:
        """Decode the answer called `name`; raises as `decode` does."""
        size, digest, before = self._last.pop(name, (-1, None, ()))
        now = hash(body) if size == len(body) else None
        facts = before
        if now is None or now != digest:
            facts = decode(name, body)
            if [*map(type, facts)] == [*map(type, before)]:
                facts = tuple(map(_shared, facts, before))
        self._last[name] = len(body), now, facts
        return facts


def _shared(now: F, before: F) -> F:
    """Give the same fact with the objects of the one before where they are equal."""
    pairs = [(name, getattr(now, name), getattr(before, name)) for name in now.__struct_fields__]
    return msgspec.structs.replace(now, **{name: old for name, new, old in pairs if new == old})


def wire_formats() -> tuple[str, ...]:
    """Give the names of all answers that can be decoded."""
    return tuple(_DECODERS)


class Facts:
    """The facts of one cluster that are at hand, by type.

    before: what `once` made for the facts of the last poll (their `made`).
    """

    def __init__(
        self, facts: Mapping[type[Fact], Fact] | None = None, before: Cache | None = None
    ) -> None:
        self._facts = dict(facts or {})
        self._before = before or {}
        self.made: Cache = {}

    @classmethod
    def of(cls, *facts: Fact) -> "Facts":
        """Hold the given facts."""
        return cls({type(fact): fact for fact in facts})

    def get(self, type_: type[F]) -> F | None:
        """Give the fact of a type, or None while its document is not to be had."""
        fact = self._facts.get(type_)
        return fact if isinstance(fact, type_) else None

    def once(self, make: Callable[[*Ts], R], *args: *Ts) -> R:
        """Give `make(*args)`; while the arguments stay equal, the very object that it gave before.

        For what is costly to make of facts that seldom change. `make` is a pure function; what it
        gave is forgotten with the first poll that does not ask for it.
        """
        made = self.made.setdefault(make, [])
        before = self._before.get(make, ())
        found = next((kept for kept in (*made, *before) if kept[0] == args), None)
        result: R = found[1] if found else make(*args)
        made.append((args, result))  # not `known`: what is no longer in use is to be forgotten
        return result


__all__ = ["Cache", "Decoding", "Fact", "Facts", "decode", "decodes", "wire_formats"]
