"""The reference in docs/configuration.md: each flag, its variable, its key in the file."""

from collections.abc import Iterator

import msgspec

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, TlsConfig
from ceph_exporter.config.flags import Flag, Toggle, table
from ceph_exporter.config.tree import ClusterSettings

FLAGS = table(COLLECTORS)

BEGIN = "<!-- begin: made by docs/build.py from the flags and the configuration's structs -->"
END = "<!-- end -->"
# Structs of the file: their path, and the section of their flags.
_STRUCTS: tuple[tuple[type[msgspec.Struct], str, str], ...] = (
    (Poll, "poll", "poll"),
    (ClusterSettings, "clusters.NAME", "cluster"),
    (TlsConfig, "clusters.NAME.tls", "cluster"),
)


def text(current: str) -> str:
    """Return the document with a new reference."""
    head, _, rest = current.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{reference()}\n{END}{rest.partition(END)[2]}"


def reference() -> str:
    """Return a table for each group of flags."""
    groups = dict.fromkeys(flag.group for flag in FLAGS)
    return "\n".join(_group(group) for group in groups)


def keys() -> dict[str, str]:
    """Return the key in the file of each flag that has one; raise KeyError for a key without."""
    keys = {
        f"collector.{name}.{field.replace('_', '-')}": f"clusters.NAME.{name}.{field}"
        for name, spec in COLLECTORS.items()
        if spec.options
        for field in spec.options.__struct_fields__
    }
    flags = {flag.name for flag in FLAGS}
    for struct, path, section in _STRUCTS:
        for field in struct.__struct_fields__:
            name = {"urls": "url"}.get(field, field.replace("_", "-"))
            if f"{section}.{name}" in flags:
                keys[f"{section}.{name}"] = f"{path}.{field}"
            elif field not in ("tls", "collectors"):  # these have keys of their own
                raise KeyError(f"{path}.{field} has no flag")
    return keys


def _group(title: str) -> str:
    flags = [flag for flag in FLAGS if flag.group == title]
    return "\n".join([f"### {title}", "", *_rows(flags), ""])


def _rows(flags: list[Flag]) -> Iterator[str]:
    in_file = keys()
    yield "| flag | variable | key in the file | meaning | default |"
    yield "|---|---|---|---|---|"
    for flag in flags:
        takes = f" {flag.takes}" if flag.takes else ""
        name = f"`--{flag.name}{takes}`".replace("|", r"\|")
        if isinstance(flag.default, Toggle):
            name = f"`--[no-]{flag.name}`"
        key = f"`{in_file[flag.name]}`" if flag.name in in_file else _switch(flag)
        shown = f"`{flag.shown}`" if flag.shown else ""
        yield f"| {name} | `{flag.variable}` | {key} | {flag.help} | {shown} |"


def _switch(flag: Flag) -> str:
    if not isinstance(flag.default, Toggle):
        return ""
    name = flag.name.removeprefix("collector.")
    return f"`collectors.{name}`, `clusters.NAME.collectors.{name}`"
