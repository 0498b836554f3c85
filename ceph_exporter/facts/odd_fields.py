"""Removal of the fields of an answer that do not have the type that their struct declares.

A field is required if its struct declares no default, as everywhere in `msgspec`. As little as
possible is dropped:

- An optional field is dropped alone. It becomes null if its type admits None, nan if it is a float
  whose default is a number, and an object of such values if its default is a struct. A number as
  default stands for a number that Ceph omits because it is 0, and unknown is not 0. Any other field
  is removed from the answer.
- A row of a list or an object is dropped if one of its required fields is missing or broken. The
  row becomes null if the type admits None, so that a sum over the rows is known to be incomplete.
- A list of single values (numbers, names) is dropped as a whole, unless it is declared
  `Annotated[tuple[int, ...], EACH]`. A list of rows that is declared
  `Annotated[tuple[Row, ...], WHOLE]` is also dropped as a whole, because it is useless if one row
  is missing.
- The answer is dropped if a required field outside of rows is missing or broken, or if no field
  remains that the exporter uses.

Only the few answers that do not fit are processed here. Each level of such an answer is decoded
once more. Types have few levels, so the time is linear in the size of the answer.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

WHOLE = "whole"
"""Annotation for the type of rows that are useless if one of them is missing."""
EACH = "each"
"""Annotation for the type of a list of single values of which one may be missing."""
_DEEPEST = 16
"""The maximum depth to which an answer is searched; only malicious answers are deeper."""
_NAN = msgspec.Raw(b'"nan"')  # `msgspec` accepts it as a float in quotes
_NULL = msgspec.Raw(b"null")

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_fields = cache(msgspec.structs.fields)  # without a cache, each call resolves the annotations


class _Misfit(Exception):  # noqa: N818 - a private class needs no suffix Error
    """A value does not fit its type. text: the reason; path: the place of the value."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(f"{text} - at `{path}`" if path else text)


class Fitted(NamedTuple):
    """An answer without its odd fields.

    dropped: how many fields were dropped, by path, such as `osds[].up`. A path contains no position
    and no key, so the number of different paths is limited.
    """

    body: bytes
    dropped: Mapping[str, int]


def fit(type_: object, body: bytes) -> Fitted:
    """Remove the parts of valid JSON that do not fit a type.

    Raise ValueError with a message of one line if a required field is missing or broken, if no
    field remains, or if `body` is not valid JSON. Raise RecursionError if `body` is nested too
    deeply.
    """
    work = _Work()
    try:
        fitted = work.fit(type_, msgspec.Raw(body.strip()), "", 0)
    except _Misfit as misfit:
        raise ValueError(str(misfit)) from None
    return Fitted(bytes(fitted), Counter(work.dropped))


class _Shape(NamedTuple):
    """The properties of a type or, if it is a union, of all its members.

    struct: the member that is a struct. rows: the types of the elements of the members that are
    lists or objects, by the first character of their JSON ("[" or "{"). A list of single values is
    not among them unless it has the annotation EACH. whole: whether the type has the
    annotation WHOLE.
    """

    decoder: msgspec.json.Decoder[Any]
    struct: type[msgspec.Struct] | None
    rows: Mapping[int, object]
    whole: bool


@cache
def _shape(type_: object) -> _Shape:
    annotations = get_args(type_)[1:] if get_origin(type_) is Annotated else ()
    struct, rows = None, dict[int, object]()
    for member in _members(type_):
        origin, args = get_origin(member), get_args(member)
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            struct = member
        elif origin is dict:
            rows[ord("{")] = args[1]
        elif origin in (list, tuple) and args[1:] in ((), (...,)):
            single = EACH not in annotations and not _is_container(args[0])
            rows |= {} if single else {ord("["): args[0]}
    decoder = msgspec.json.Decoder(type_, strict=False)
    return _Shape(decoder, struct, rows, WHOLE in annotations)


def _members(type_: object) -> tuple[object, ...]:
    """Return the members of a union, or the type itself, without annotations."""
    if get_origin(type_) is Annotated:
        type_ = get_args(type_)[0]
    if get_origin(type_) not in (Union, UnionType):
        return (type_,)
    return tuple(inner for member in get_args(type_) for inner in _members(member))


def _is_container(type_: object) -> bool:
    """Return whether values of the type are objects or lists, not single values."""
    return any(
        get_origin(member) is not None
        or (isinstance(member, type) and issubclass(member, msgspec.Struct))
        for member in _members(type_)
        if member is not NoneType
    )


class _Work:
    """The processing of one answer. dropped: the paths of the dropped fields."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    def fit(self, type_: object, raw: msgspec.Raw, path: str, depth: int) -> msgspec.Raw:
        """Return the value without fields that do not fit; raise _Misfit if it must be dropped."""
        shape = _shape(type_)
        try:
            shape.decoder.decode(raw)
        except msgspec.ValidationError as error:
            first = memoryview(raw)[0]
            if depth < _DEEPEST and first == ord("{") and shape.struct:
                return self._struct(shape.struct, raw, path, depth + 1)
            if depth < _DEEPEST and first in shape.rows:
                is_list = first == ord("[")
                rows = dict(enumerate(_array(raw))) if is_list else _object(raw)
                fitted = self._rows(shape.rows[first], rows, path, depth + 1, whole=shape.whole)
                return msgspec.Raw(msgspec.json.encode([*fitted.values()] if is_list else fitted))
            text, _, inner = str(error).partition(" - at `$")
            raise _Misfit(text, path + inner.rstrip("`")) from None
        return raw

    def _struct(
        self, class_: type[msgspec.Struct], raw: msgspec.Raw, path: str, depth: int
    ) -> msgspec.Raw:
        values = _object(raw)
        remains, misfit = False, None
        for field in _fields(class_):
            name = field.encode_name
            where = f"{path}.{name}" if path else name
            if name in values:
                before = len(self.dropped)
                try:
                    values[name] = self.fit(field.type, values[name], where, depth)
                    remains = True
                except _Misfit as error:
                    if field.required:
                        raise
                    misfit = misfit or error
                    self._drop(where, before)
                    unknown = _unknown(field)
                    if unknown is None:
                        del values[name]
                    else:
                        values[name] = unknown
            elif field.required:
                raise _Misfit(f"Object missing required field `{name}`", path)
        if misfit and not path and not remains:
            raise misfit  # if no field is good, this is the answer to something else
        return msgspec.Raw(msgspec.json.encode(values))

    def _rows(
        self, type_: object, rows: Mapping[Any, msgspec.Raw], path: str, depth: int, *, whole: bool
    ) -> dict[Any, msgspec.Raw]:
        """Return the rows that fit, by key or position, without their odd fields.

        A row that does not fit becomes null if the type admits None. Raise _Misfit if `whole` and a
        row does not fit, or if the rows are the whole answer and none of them fits.
        """
        fitted = {}
        misfit = None
        for key, row in rows.items():
            before = len(self.dropped)
            try:
                fitted[key] = self.fit(type_, row, f"{path}[]", depth)
            except _Misfit as error:
                if whole:
                    raise
                misfit = misfit or error
                self._drop(f"{path}[]", before)
                if NoneType in _members(type_):
                    fitted[key] = _NULL
        if misfit and not path and all(row is _NULL for row in fitted.values()):
            raise misfit  # if no row is good, this is the answer to something else
        return fitted

    def _drop(self, path: str, before: int) -> None:
        """Record a dropped field, in place of the fields that were dropped inside of it."""
        self.dropped[before:] = [path]


def _unknown(field: FieldInfo) -> msgspec.Raw | None:
    """Return the JSON that marks a field as unknown, None if the field must be removed."""
    default, members = field.default, _members(field.type)
    if NoneType in members:
        return _NULL
    if isinstance(default, msgspec.Struct):
        fields = msgspec.structs.fields(default)
        inner = {each.encode_name: unknown for each in fields if (unknown := _unknown(each))}
        return msgspec.Raw(msgspec.json.encode(inner)) if inner else None
    is_number = isinstance(default, int | float) and float in members
    return _NAN if is_number else None
