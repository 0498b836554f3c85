"""Render metric families in the Prometheus text format 0.0.4 and in OpenMetrics 1.0.

Sample lines are the same in both formats and are rendered once per poll; only the headers differ.
prometheus-client cannot render these families: it appends `_total` to every counter, but many
counters of Ceph's own Prometheus module have names without it.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import compress
from typing import NamedTuple, TypeAlias

import msgspec

from ceph_exporter.metric import Columns, Family, Metric, Samples, Value

Lines: TypeAlias = Mapping[Metric, bytes]

_UNKNOWN = b"null"
_MAX_DIGITS = 308
"""Maximum number of digits of an integer on the page. A longer integer may exceed a 64-bit float,
and Prometheus would then reject the whole page."""
_MIN_LINE = len("ceph_x 1\n")
"""Size of the shortest possible line. A page of N bytes has at most N / _MIN_LINE lines."""
_SPELLINGS = ((b"true", b"1"), (b"false", b"0"), (b"-0.0,", b"0,"), (b".0,", b","))
"""Values in JSON, and how they are written on the page."""


class Format(Enum):
    """An exposition format; the value is its Content-Type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class _Rendered(NamedTuple):
    """A family as rendered in the previous poll. heads: the labels in each line, in braces."""

    columns: Columns
    heads: list[bytes]
    text: bytes


class Renderer:
    """Renders the families of one collector in each poll, and reuses what has not changed.

    The cost of a family depends on what changed since the previous poll. If a `Columns` has the
    same `blocks` object and equal values, the previous bytes are reused; this only costs the
    comparison of two lists. If only values changed, they are encoded again and joined with the
    cached label blocks, in a few C calls per family. If the `blocks` object is new, each label
    block is formatted again.

    The caller must pass a new list of values in each poll and must not modify it afterwards,
    because the renderer keeps the list for the next comparison. A renderer is not thread-safe.

    prefix: a label inserted before the labels of each sample (`cluster="prod"`). limit: the maximum
    number of series in all families together. A family that would exceed it is left out as a whole,
    because a sum over a part of it would be wrong.
    """

    def __init__(self, prefix: str = "", limit: int = sys.maxsize) -> None:
        self._prefix = prefix
        self._limit = limit
        self.series = 0
        """Number of series in the last call to `lines`, without those that it left out.

        It includes series whose value is unknown, although they have no line.
        """
        self.cut = 0
        """Number of series that the last call to `lines` left out because of the limit."""
        self._previous: dict[Metric, _Rendered] = {}

    def lines(self, families: Iterable[Family]) -> dict[Metric, bytes]:
        """Return the sample lines of each family.

        A family is absent if no value is finite, or if it would exceed the limit.

        If several samples have equal labels, only the last one is rendered, because a page must not
        contain duplicate series.
        """
        rendered: dict[Metric, _Rendered] = {}
        series = cut = 0
        # Each entry holds a reference to its blocks, so no other object can have the same id.
        heads = {
            id(previous.columns.blocks): (previous.columns.blocks, previous.heads)
            for previous in self._previous.values()
        }
        for metric, samples in families:
            columns = samples if isinstance(samples, Columns) else _columns(samples)
            if series + len(columns.values) > self._limit:
                cut += len(columns.values)
                continue
            series += len(columns.values)
            last = self._previous.get(metric)
            if last and last.columns.blocks is columns.blocks and last.columns == columns:
                rendered[metric] = last
                continue
            if id(columns.blocks) not in heads:
                if len(set(columns.blocks)) < len(columns.blocks):
                    columns = _columns(zip(*columns, strict=True))
                heads[id(columns.blocks)] = columns.blocks, self._heads(columns.blocks)
            _, line_heads = heads[id(columns.blocks)]
            text = _text(metric.name, line_heads, columns.values)
            rendered[metric] = _Rendered(columns, line_heads, text)
        self._previous, self.series, self.cut = rendered, series, cut
        return {metric: family.text for metric, family in rendered.items() if family.text}

    def _heads(self, blocks: Sequence[str]) -> list[bytes]:
        first = f"{{{self._prefix}" if self._prefix else "{"
        comma = "," if self._prefix else ""
        empty = f"{first}}} " if self._prefix else " "
        return [(f"{first}{comma}{block}}} " if block else empty).encode() for block in blocks]


def lines(families: Iterable[Family], prefix: str = "") -> dict[Metric, bytes]:
    """Return the sample lines of each family, as a new `Renderer` does."""
    return Renderer(prefix).lines(families)


def singles(values: Iterable[tuple[Metric, Value]]) -> dict[Metric, bytes]:
    """Return the line of each metric. Each metric has a single sample without labels.

    For metrics with one sample, this is ten times as fast as `lines`. Values must be finite; a
    metric whose value is None is absent.
    """
    present = ((metric, value) for metric, value in values if value is not None)
    return {metric: f"{metric.name} {value + 0!r}\n".encode() for metric, value in present}


def _columns(samples: Samples) -> Columns:
    unique = dict(samples)
    return Columns(tuple(unique), list(unique.values()))


def _text(name: str, heads: Sequence[bytes], values: Sequence[Value]) -> bytes:
    """Return the lines of a family; samples without a finite value are left out.

    Each step is one C call for the whole family, which is five times as fast as formatting each
    line.
    """
    if not values:
        return b""
    encoded = msgspec.json.encode(values)[1:-1] + b","
    for json, prometheus in _SPELLINGS:
        encoded = encoded.replace(json, prometheus)
    numbers = encoded[:-1].split(b",")
    if _UNKNOWN in encoded or max(map(len, numbers)) > _MAX_DIGITS:
        finite = [text != _UNKNOWN and len(text) <= _MAX_DIGITS for text in numbers]
        heads, numbers = list(compress(heads, finite)), list(compress(numbers, finite))
        if not numbers:
            return b""
    parts = [f"\n{name}".encode()] * (3 * len(numbers) + 1)
    parts[1::3], parts[2::3] = heads, numbers
    parts[0], parts[-1] = name.encode(), b"\n"
    return b"".join(parts)


def without_prefix(prefix: str, families: Lines) -> Lines:
    """Return the lines without the label prefix that they were rendered with."""
    if not prefix:
        return families
    # Quotes in label values are escaped, so the prefix can only match at the start of a block.
    first, only = f"{{{prefix},".encode(), f"{{{prefix}}}".encode()
    return {
        metric: text.replace(first, b"{").replace(only, b"") for metric, text in families.items()
    }


def page(families: Iterable[Lines], format_: Format) -> bytes:
    """Return a complete page with the lines of one or more clusters."""
    return b"".join([*parts(families, format_), end_mark(format_)])


def within_limit(families: Iterable[Lines], limit: int) -> tuple[list[Lines], int]:
    """Return the families of a page of at most `limit` lines, and how many lines were left out.

    The largest families are left out first, so that as few families as possible are missing. A
    family is left out as a whole and for all clusters, because a sum over a part of it would be
    wrong.
    """
    clusters = list(families)
    sizes: Counter[Metric] = Counter()
    for cluster in clusters:
        sizes.update({metric: len(text) for metric, text in cluster.items()})
    if sizes.total() <= limit * _MIN_LINE:
        return clusters, 0
    for metric in sizes:
        sizes[metric] = sum(cluster.get(metric, b"").count(b"\n") for cluster in clusters)
    omitted, cut = set(), 0
    for metric, size in sizes.most_common():
        if sizes.total() - cut <= limit:
            break
        omitted.add(metric)
        cut += size
    return [
        {m: text for m, text in cluster.items() if m not in omitted} for cluster in clusters
    ], cut


def parts(families: Iterable[Lines], format_: Format) -> list[bytes]:
    """Return the parts of a page of one or more clusters, without the end mark.

    Families are sorted by name. Each has one header, followed by its lines for all clusters.
    """
    by_metric: dict[Metric, list[bytes]] = {}
    for cluster in families:
        for metric, text in cluster.items():
            by_metric.setdefault(metric, []).append(text)
    page_parts = []
    for metric in sorted(by_metric, key=lambda metric: metric.name):
        page_parts += [_header(metric, format_), *by_metric[metric]]
    return page_parts


def end_mark(format_: Format) -> bytes:
    """Return the last line of a page; it is empty unless the format is OpenMetrics."""
    return b"# EOF\n" if format_ is Format.OPENMETRICS else b""


@lru_cache(maxsize=2048)  # more than a page needs; bounded, because some names come from Ceph
def _header(metric: Metric, format_: Format) -> bytes:
    name, type_ = metric.name, str(metric.type)
    text = metric.help_line.replace("\\", r"\\").replace("\n", r"\n")
    if format_ is Format.OPENMETRICS:
        text = text.replace('"', r"\"")
        type_ = type_.replace("untyped", "unknown")
        # In OpenMetrics, the name of a counter ends in `_total`, and its header omits this suffix.
        # Many counters of Ceph's own module lack it, so they must have the type unknown.
        if type_ == "counter":
            name, type_ = (name[:-6], type_) if name.endswith("_total") else (name, "unknown")
    return f"# HELP {name} {text}\n# TYPE {name} {type_}\n".encode()
