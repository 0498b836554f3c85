"""A metric's declaration, its labels and its samples; imports nothing from the package."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

import msgspec

Value: TypeAlias = float | int | bool | None


class Columns(NamedTuple):
    """The samples of a large family: label blocks, and the values in the same order.

    If `blocks` is the same object as in the last poll (see `Facts.once`), the part of each line
    before the value is not rendered again.
    """

    blocks: tuple[str, ...]
    values: Sequence[Value]


Samples: TypeAlias = Iterable[tuple[str, Value]]
Type: TypeAlias = Literal["gauge", "counter", "histogram", "untyped"]

OWN = "(the exporter itself)"
"""Takes the place of a document in metrics whose values do not come from Ceph."""

_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_ESCAPED = re.compile(r'[\\"\n]')


class Labels:
    """The label names that several metrics share; a call with their values returns a label block.

    The block (`monitor="a",ceph_daemon="mon.a"`) is the key of a series within its metric. It is
    rendered once per entity and shared by all metrics with the same label names.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._template = ",".join(f'{name}="%s"' for name in names)

    def __call__(self, *values: str) -> str:
        """Return the label block of these values, which are in the order of the names."""
        if _ESCAPED.search("".join(values)):  # one search for all, because few need escaping
            values = tuple(map(escape, values))
        return self._template % values


def escape(value: str) -> str:
    """Escape a label value as the text format requires."""
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value)


NO_LABELS = Labels()


class Metric(msgspec.Struct, frozen=True, cache_hash=True):
    """One metric family.

    help: a phrase of at most 120 characters, without the releases; document: the name of the
    document without which the metric is absent; unit: the unit of the values, unless the name ends
    in it; since, until: the first and the last release of Ceph that report the value, unless they
    are those of the document; later: where the value comes from after `until`; detail: whole
    sentences that only docs/metrics.md shows.
    """

    name: str
    type: Type
    help: str
    document: str
    labels: Labels = NO_LABELS
    unit: str = ""
    since: str = ""
    until: str = ""
    later: str = ""
    detail: str = ""

    @property
    def help_line(self) -> str:
        """The text of the `# HELP` line: `help` and the releases that report the value."""
        if self.until:
            releases = f"{self.since} to {self.until}" if self.since else f"up to {self.until}"
            later = f", later {self.later}" if self.later else ""
            return f"{self.help} (Ceph {releases}{later})"
        return f"{self.help} (Ceph {self.since} and later)" if self.since else self.help


# A sample whose value is None, nan or inf is left out, because an unknown value must be absent.
Family: TypeAlias = tuple[Metric, Samples | Columns]


def ones(blocks: tuple[str, ...]) -> Columns:
    """Return the samples of a metric that is always 1."""
    return Columns(blocks, [1] * len(blocks))


def one(value: Value) -> Samples:
    """Return the single sample of a metric without labels."""
    return (("", value),)
