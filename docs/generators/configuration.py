"""The reference in docs/configuration.md: each flag, its variable, its key in the file."""

from collections.abc import Iterator

import msgspec

from ceph_exporter.config import Cluster, Poll, TlsConfig
from ceph_exporter.config.flags import FLAGS, Flag

BEGIN = "<!-- begin: made by docs/build.py from the flags and the configuration's structs -->"
END = "<!-- end -->"
# Structs of the file: where they stand, and the first part of their flags.
_STRUCTS: tuple[tuple[type[msgspec.Struct], str, str], ...] = (
    (Poll, "poll", "poll"),
    (Cluster, "clusters.NAME", "cluster"),
    (TlsConfig, "clusters.NAME.tls", "cluster"),
)


def text(there: str) -> str:
    """Give the document with its reference anew."""
    head, _, rest = there.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{reference()}\n{END}{rest.partition(END)[2]}"


def reference() -> str:
    """Write a table for each group of flags."""
    groups = dict.fromkeys(flag.group for flag in FLAGS)
    return "\n".join(_group(group) for group in groups)


def keys() -> dict[str, str]:
    """Give the key in the file of each flag that has one. Raises KeyError for a key without."""
    flags = {flag.name for flag in FLAGS}
    found = {flag: "clusters.NAME." + flag.removeprefix("collector.") for flag in _options(flags)}
    for struct, path, prefix in _STRUCTS:
        for field in struct.__struct_fields__:
            name = {"urls": "url"}.get(field, field.replace("_", "-"))
            if f"{prefix}.{name}" in flags:
                found[f"{prefix}.{name}"] = f"{path}.{field}"
            elif not any(key.startswith(f"{path}.{field}.") for key in _nested(found)):
                raise KeyError(f"{path}.{field} has no flag")
    return found


def _options(flags: set[str]) -> list[str]:
    """List the flags of collectors' options: collector.perf_counters.limit and so on."""
    return [name for name in flags if name.startswith("collector.") and name.count(".") == 2]


def _nested(found: dict[str, str]) -> list[str]:
    return [*found.values(), "clusters.NAME.tls.", "clusters.NAME.collectors."]


def _group(title: str) -> str:
    flags = [flag for flag in FLAGS if flag.group == title]
    return "\n".join([f"### {title}", "", *_rows(flags), ""])


def _rows(flags: list[Flag]) -> Iterator[str]:
    found = keys()
    yield "| flag | variable | key in the file | meaning | default |"
    yield "|---|---|---|---|---|"
    for flag in flags:
        takes = f" {flag.takes}" if flag.takes else ""
        name = f"`--{flag.name}{takes}`".replace("|", r"\|")
        if flag.default is None:
            name = f"`--[no-]{flag.name}`"
        key = f"`{found[flag.name]}`" if flag.name in found else _switch(flag)
        shown = f"`{flag.shown}`" if flag.shown else ""
        yield f"| {name} | `{flag.variable}` | {key} | {flag.help} | {shown} |"


def _switch(flag: Flag) -> str:
    if flag.default is not None:
        return ""
    name = flag.name.removeprefix("collector.")
    return f"`collectors.{name}`, `clusters.NAME.collectors.{name}`"
