"""Converts YAML to structs; errors name the place and what was expected there."""

import os
import stat
from collections.abc import Container
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from ceph_exporter.printable import escape_text, mask_secrets, quoted

S = TypeVar("S")

_FILE_LIMIT = 1 << 20
_ERROR_LIMIT = 1000
_MERGED_LIMIT = 100_000
"""Maximum total number of keys in the mappings that use merge keys (`<<`). Without a limit, a few
lines could expand to 2**100 keys."""
_TAG = "tag:yaml.org,2002:"
_SCALARS = tuple(_TAG + name for name in ("bool", "int", "float", "timestamp"))


class ConfigError(ValueError):
    """The configuration is invalid; the text is one line with the path and what was expected.

    The text is safe in terminals and logs: characters that do not print are escaped, and URLs have
    no user information and no query, which may be secret.
    """

    def __init__(self, text: str) -> None:
        super().__init__(escape_text(mask_secrets(text))[:_ERROR_LIMIT])


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A struct that rejects unknown keys, because a misspelt key must not be ignored."""


def read(file: str, *, pipe: bool = True) -> str:
    """Return the text of a UTF-8 file; raise a ConfigError that names the file if that fails.

    pipe: whether the file may be a pipe. A pipe can be read only once.
    """
    content = read_bytes(file, pipe=pipe)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not a text file in UTF-8") from None


def read_bytes(file: str | Path, *, pipe: bool = False) -> bytes:
    """Return the content of a file; raise a ConfigError that names the file if that fails.

    pipe: as for `read`. An endless device, or a pipe that nobody writes to, does not block.
    """
    try:
        # Without O_NONBLOCK, this would wait until somebody writes to the pipe.
        number = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                if not pipe:
                    raise ConfigError(f"{file}: expected a regular file, not a pipe")
                os.set_blocking(number, True)
            content = b""
            while len(content) <= _FILE_LIMIT and (part := os.read(number, _FILE_LIMIT)):
                content += part
        finally:
            os.close(number)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{file}: not a valid file name") from None
    if len(content) > _FILE_LIMIT:
        raise ConfigError(f"{file}: expected at most {_FILE_LIMIT >> 20} MiB")
    return content


class _Loader(yaml.SafeLoader):
    """Refuses duplicate keys, of which PyYAML would silently use the last, and too many merges."""

    merged = 0

    def construct_scalar(self, node: Any) -> Any:  # noqa: ANN401 - as in SafeLoader
        """Return the value of a scalar; refuse a lone surrogate, which cannot be encoded."""
        value = super().construct_scalar(node)
        try:
            str(value).encode()
        except UnicodeEncodeError:
            text = "half of a character (a lone surrogate)"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=node.start_mark) from None
        return value

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Resolve the merge key `<<` of a mapping."""
        merges = [value for key, value in node.value if key.tag == f"{_TAG}merge"]
        for value in merges:
            if isinstance(value, yaml.SequenceNode):  # a repeated mapping adds nothing
                value.value = list({id(part): part for part in value.value}.values())
        super().flatten_mapping(node)
        self.merged += len(node.value) if merges else 0
        if self.merged > _MERGED_LIMIT:
            raise yaml.MarkedYAMLError(problem="too many merged keys", problem_mark=node.start_mark)


def _mapping_once(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            text = f"duplicate key {key.value}"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(f"{_TAG}map", _mapping_once)


def parse_yaml(text: str, typed: Container[str] | None = None) -> object:
    """Parse YAML into a tree; a ConfigError does not quote the text, which may contain secrets.

    typed: the keys whose values may be numbers, truth values or dates, None for all keys. As the
    value of another key, a number, truth value or date is read as text, exactly as written.
    """
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if typed is not None:
                _as_text(node, typed)
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    # PyYAML does not catch the errors of int(), of datetime and of look-ups in its own tables.
    except (
        yaml.YAMLError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ConfigError(f"not YAML: {problem}{where}") from None


def _as_text(root: yaml.Node | None, typed: Container[str]) -> None:
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                pending.append(key)
                if not isinstance(key, yaml.ScalarNode) or key.value not in typed:
                    pending.append(value)
        elif isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif node.tag in _SCALARS:
            node.tag = f"{_TAG}str"


def convert(value: object, type_: type[S], path: str) -> S:
    """Convert a YAML tree to structs; raise ConfigError with the path of the invalid value.

    path: the path of the tree itself.
    """

    def hook(wanted: type, value: object) -> object:
        return value if isinstance(value, wanted) else wanted.parse(value)  # type: ignore[attr-defined]

    try:
        return msgspec.convert(value, type_, dec_hook=hook)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        text, _, where = str(error).partition(" - at `$")
        where = (path + where.rstrip("`")).lstrip(".")
        text = text[:1].lower() + text[1:]
        start, _, refused = text.partition(" '")
        if start == "invalid enum value" and quoted(refused[:-1]) != repr(refused[:-1]):
            text = start
        raise ConfigError(f"{where}: {text}" if where else text) from None
