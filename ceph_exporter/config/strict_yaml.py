"""Configuration files: YAML to structs, strictly, and what is said of a bad one."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

S = TypeVar("S")


class ConfigError(ValueError):
    """A configuration that cannot be used: one line with path and expectation."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown keys are errors: a misspelt one must not be ignored."""


def read(file: str) -> str:
    """Read a text file; raises ConfigError with its name."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text file in UTF-8"
        raise ConfigError(f"{file}: {reason}") from None


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently take the last."""


def _mapping_once(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            text = f"key {key.value} stands twice"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_once)


def parse_yaml(text: str) -> object:
    """Parse YAML; the ConfigError of a bad one shows no part of the text, which may be secret."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ConfigError(f"not YAML: {problem}{where}") from None


def convert(value: object, type_: type[S], path: str) -> S:
    """Convert a YAML tree to structs; raises ConfigError with the path, put after `path`."""

    def hook(wanted: type, found: object) -> object:
        return found if isinstance(found, wanted) else wanted.parse(found)  # type: ignore[attr-defined]

    try:
        return msgspec.convert(value, type_, dec_hook=hook)
    except (msgspec.ValidationError, ValueError) as error:
        text, _, where = str(error).partition(" - at `$")
        where = (path + where.rstrip("`")).lstrip(".")
        text = text[:1].lower() + text[1:]
        raise ConfigError(f"{where}: {text}" if where else text) from None
