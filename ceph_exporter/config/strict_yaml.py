"""YAML to structs, strictly, with errors that name the place and what was expected."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

S = TypeVar("S")


class ConfigError(ValueError):
    """A configuration that cannot be used: one line with the path and what was expected."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A struct for which unknown keys are errors, as a misspelt key must not be ignored."""


def read(file: str) -> str:
    """Return the text of a file in UTF-8; raise ConfigError with its name."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text file in UTF-8"
        raise ConfigError(f"{file}: {reason}") from None


class _Loader(yaml.SafeLoader):
    """Refuses duplicate keys, of which YAML would silently take the last."""


def _mapping_once(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            text = f"duplicate key {key.value}"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_once)


def parse_yaml(text: str) -> object:
    """Return a YAML tree; raise ConfigError without any part of the text, which may be secret."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ConfigError(f"not YAML: {problem}{where}") from None


def convert(value: object, type_: type[S], path: str) -> S:
    """Return a YAML tree as structs; raise ConfigError with the path, prefixed by `path`."""

    def hook(wanted: type, value: object) -> object:
        return value if isinstance(value, wanted) else wanted.parse(value)  # type: ignore[attr-defined]

    try:
        return msgspec.convert(value, type_, dec_hook=hook)
    except (msgspec.ValidationError, ValueError) as error:
        text, _, where = str(error).partition(" - at `$")
        where = (path + where.rstrip("`")).lstrip(".")
        text = text[:1].lower() + text[1:]
        raise ConfigError(f"{where}: {text}" if where else text) from None
