"""Families to bytes: the Prometheus text format 0.0.4 and OpenMetrics 1.0.

The lines of a family are the same in both formats and are rendered once per poll; only the headers
differ. prometheus-client cannot write them: it appends `_total` to every counter, and the names
that Ceph's own module dictates have none.
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
_LONGEST = 308
"""Digits of an integer that a 64-bit float still holds; Prometheus refuses a page with a longer."""
_SHORTEST = len("ceph_x 1\n")
_SPELLINGS = ((b"true", b"1"), (b"false", b"0"), (b"-0.0,", b"0,"), (b".0,", b","))


class Format(Enum):
    """An exposition format by its Content-Type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class _Kept(NamedTuple):
    """A family as it was rendered last. heads: its label blocks as they stand in a line."""

    columns: Columns
    heads: list[bytes]
    text: bytes


class Renderer:
    """Renders the families of one collector, poll after poll.

    What is the same as in the last poll is not made anew: the heads of the lines while the label
    blocks are the same object, the whole family while its values are equal as well.

    prefix: a label block put before each sample's own (`cluster="prod"`). limit: the largest number
    of series; a family with which there would be more is left out whole, as a part of it would make
    wrong sums.
    """

    def __init__(self, prefix: str = "", limit: int = sys.maxsize) -> None:
        self._prefix = prefix
        self._limit = limit
        self.series = 0
        """Series rendered last."""
        self.cut = 0
        """Series left out last, because of the limit."""
        self._kept: dict[Metric, _Kept] = {}

    def lines(self, families: Iterable[Family]) -> dict[Metric, bytes]:
        """Render the sample lines of each family that has any.

        Of samples with equal labels the last one stays, as a page with duplicates is refused by
        Prometheus.
        """
        kept: dict[Metric, _Kept] = {}
        series = cut = 0
        # The blocks are kept with their heads, so that no other object takes over their id.
        heads = {
            id(old.columns.blocks): (old.columns.blocks, old.heads) for old in self._kept.values()
        }
        for metric, samples in families:
            columns = samples if isinstance(samples, Columns) else _columns(samples)
            if series + len(columns.values) > self._limit:
                cut += len(columns.values)
                continue
            series += len(columns.values)
            old = self._kept.get(metric)
            if old and old.columns.blocks is columns.blocks and old.columns == columns:
                kept[metric] = old
                continue
            if id(columns.blocks) not in heads:
                if len(set(columns.blocks)) < len(columns.blocks):
                    columns = _columns(zip(*columns, strict=True))
                heads[id(columns.blocks)] = columns.blocks, self._heads(columns.blocks)
            _, of_each = heads[id(columns.blocks)]
            kept[metric] = _Kept(columns, of_each, _text(metric.name, of_each, columns.values))
        self._kept, self.series, self.cut = kept, series, cut
        return {metric: done.text for metric, done in kept.items() if done.text}

    def _heads(self, blocks: Sequence[str]) -> list[bytes]:
        first = f"{{{self._prefix}" if self._prefix else "{"
        comma = "," if self._prefix else ""
        empty = f"{first}}} " if self._prefix else " "
        return [(f"{first}{comma}{block}}} " if block else empty).encode() for block in blocks]


def lines(families: Iterable[Family], prefix: str = "") -> dict[Metric, bytes]:
    """Render families once."""
    return Renderer(prefix).lines(families)


def singles(values: Iterable[tuple[Metric, Value]]) -> dict[Metric, bytes]:
    """Render families of one sample without labels; for so few it is a tenth of what `lines` takes.

    The values are finite, or None for what is not known.
    """
    known = ((metric, value) for metric, value in values if value is not None)
    return {metric: f"{metric.name} {value + 0!r}\n".encode() for metric, value in known}


def _columns(samples: Samples) -> Columns:
    unique = dict(samples)
    return Columns(tuple(unique), list(unique.values()))


def _text(name: str, heads: Sequence[bytes], values: Sequence[Value]) -> bytes:
    """Put lines together; what is no finite number has none.

    One call in C for each step over the whole family: a fifth of what a line by line costs.
    """
    if not values:
        return b""
    encoded = msgspec.json.encode(values)[1:-1] + b","
    for json, ours in _SPELLINGS:
        encoded = encoded.replace(json, ours)
    numbers = encoded[:-1].split(b",")
    if _UNKNOWN in encoded or max(map(len, numbers)) > _LONGEST:
        known = [text != _UNKNOWN and len(text) <= _LONGEST for text in numbers]
        heads, numbers = list(compress(heads, known)), list(compress(numbers, known))
        if not numbers:
            return b""
    parts = [f"\n{name}".encode()] * (3 * len(numbers) + 1)
    parts[1::3], parts[2::3] = heads, numbers
    parts[0], parts[-1] = name.encode(), b"\n"
    return b"".join(parts)


def without(prefix: str, families: Lines) -> Lines:
    """Take the prefix that `lines` was given out of its lines again."""
    if not prefix:
        return families
    # Quotes inside of a label's value are escaped, so this stands at the start of a block only.
    before, alone = f"{{{prefix},".encode(), f"{{{prefix}}}".encode()
    return {
        metric: text.replace(before, b"{").replace(alone, b"") for metric, text in families.items()
    }


def page(families: Iterable[Lines], format_: Format) -> bytes:
    """Join the lines of one or several clusters to a whole page."""
    return b"".join([*parts(families, format_), end(format_)])


def fitting(families: Iterable[Lines], limit: int) -> tuple[list[Lines], int]:
    """Leave out what makes a page of more lines than the limit; give what stays and how many went.

    The largest families go, whole and from all clusters, so that few are missing and none is wrong.
    """
    clusters = list(families)
    sizes: Counter[Metric] = Counter()
    for cluster in clusters:
        sizes.update({metric: len(text) for metric, text in cluster.items()})
    if sizes.total() <= limit * _SHORTEST:
        return clusters, 0
    for metric in sizes:
        sizes[metric] = sum(cluster.get(metric, b"").count(b"\n") for cluster in clusters)
    gone, cut = set(), 0
    for metric, size in sizes.most_common():
        if sizes.total() - cut <= limit:
            break
        gone.add(metric)
        cut += size
    kept = [{m: text for m, text in cluster.items() if m not in gone} for cluster in clusters]
    return list(kept), cut


def parts(families: Iterable[Lines], format_: Format) -> list[bytes]:
    """Give a page of one or several clusters in parts, families sorted by name, without its end."""
    by_metric: dict[Metric, list[bytes]] = {}
    for cluster in families:
        for metric, text in cluster.items():
            by_metric.setdefault(metric, []).append(text)
    found = []
    for metric in sorted(by_metric, key=lambda metric: metric.name):
        found += [_header(metric, format_), *by_metric[metric]]
    return found


def end(format_: Format) -> bytes:
    """Give the end mark of a format, which follows all parts."""
    return b"# EOF\n" if format_ is Format.OPENMETRICS else b""


@lru_cache(maxsize=2048)  # more than a page has; names may come from Ceph, so not without end
def _header(metric: Metric, format_: Format) -> bytes:
    name, type_ = metric.name, str(metric.type)
    text = metric.help_line.replace("\\", r"\\").replace("\n", r"\n")
    if format_ is Format.OPENMETRICS:
        text = text.replace('"', r"\"")
        type_ = type_.replace("untyped", "unknown")
        # OpenMetrics names a counter without `_total`; a counter that has none in its name, as
        # many of Ceph's module, may only be called unknown there.
        if type_ == "counter":
            name, type_ = (name[:-6], type_) if name.endswith("_total") else (name, "unknown")
    return f"# HELP {name} {text}\n# TYPE {name} {type_}\n".encode()
