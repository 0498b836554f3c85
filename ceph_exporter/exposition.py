"""Families to bytes: the Prometheus text format 0.0.4 and OpenMetrics 1.0.

The lines of a family are the same in both formats and are rendered once per poll; only the headers
differ. prometheus-client cannot write them: it appends `_total` to every counter, and the names
that Ceph's own module dictates have none.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from math import isfinite
from typing import TypeAlias

from ceph_exporter.collectors.base import Family, Metric, Samples, Value

Lines: TypeAlias = Mapping[Metric, bytes]


class Format(Enum):
    """An exposition format by its Content-Type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def lines(families: Iterable[Family], prefix: str = "") -> dict[Metric, bytes]:
    """Render the sample lines of each family that has any.

    prefix: a label block put before each sample's own (`cluster="prod"`). Of samples with equal
    labels the last one stays, as a page with duplicates is refused by Prometheus.
    """
    rendered = {metric: _lines(metric.name, samples, prefix) for metric, samples in families}
    return {metric: text.encode() for metric, text in rendered.items() if text}


def _lines(name: str, samples: Samples, prefix: str) -> str:
    start = f"{name}{{{prefix}" if prefix else name
    return "".join(
        f"{start}{_block(block, prefix)} {text}\n"
        for block, value in dict(samples).items()
        if (text := number(value)) is not None
    )


def _block(block: str, prefix: str) -> str:
    if prefix:
        return f",{block}}}" if block else "}"
    return f"{{{block}}}" if block else ""


def without(prefix: str, families: Lines) -> Lines:
    """Take the prefix that `lines` was given out of its lines again."""
    if not prefix:
        return families
    # Quotes inside of a label's value are escaped, so this stands at the start of a block only.
    before, alone = f"{{{prefix},".encode(), f"{{{prefix}}}".encode()
    return {
        metric: text.replace(before, b"{").replace(alone, b"") for metric, text in families.items()
    }


def number(value: Value) -> str | None:
    """Format a value, None for what is not a finite number; -0.0 and 3.0 become 0 and 3."""
    if value is None:
        return None
    try:
        if not isfinite(value):
            return None
    except OverflowError:  # an int beyond what Prometheus' 64-bit floats hold
        return None
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    return str(int(value)) if abs(value) < _EXACT else repr(float(value))


_EXACT = 2**63


def page(families: Iterable[Lines], format_: Format, own: bytes = b"") -> bytes:
    """Join the lines of one or several clusters to a page, families sorted by name.

    own: further families, rendered in the same format and without an end mark.
    """
    by_metric: dict[Metric, list[bytes]] = {}
    for cluster in families:
        for metric, text in cluster.items():
            by_metric.setdefault(metric, []).append(text)
    parts = []
    for metric in sorted(by_metric, key=lambda metric: metric.name):
        parts += [_header(metric, format_), *by_metric[metric]]
    end = b"# EOF\n" if format_ is Format.OPENMETRICS else b""
    return b"".join([*parts, own, end])


def _header(metric: Metric, format_: Format) -> bytes:
    name, type_ = metric.name, str(metric.type)
    text = metric.help.replace("\\", r"\\").replace("\n", r"\n")
    if format_ is Format.OPENMETRICS:
        text = text.replace('"', r"\"")
        type_ = type_.replace("untyped", "unknown")
        # OpenMetrics names a counter without `_total`; a counter that has none in its name, as
        # many of Ceph's module, may only be called unknown there.
        if type_ == "counter":
            name, type_ = (name[:-6], type_) if name.endswith("_total") else (name, "unknown")
    return f"# HELP {name} {text}\n# TYPE {name} {type_}\n".encode()
