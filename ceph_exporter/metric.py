"""The declaration, labels and samples of a metric. This module imports nothing from the package."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

import msgspec

Value: TypeAlias = float | int | bool | None


class Columns(NamedTuple):
    """The samples of a large family: the label blocks, and the values in the same order.

    If `blocks` is the same object as in the previous poll (see `Facts.once`), the labels are not
    rendered again.
    """

    blocks: tuple[str, ...]
    values: Sequence[Value]


Samples: TypeAlias = Iterable[tuple[str, Value]]
Type: TypeAlias = Literal["gauge", "counter", "untyped"]

_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_ESCAPED = re.compile(r'[\\"\n]')


class Labels:
    """Label names. A call with label values returns a label block.

    A label block (`monitor="a",ceph_daemon="mon.a"`) identifies a series within its metric. Metrics
    with the same label names share the block of an entity, such as a monitor.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._template = ",".join(f'{name}="%s"' for name in names)

    def __call__(self, *values: str) -> str:
        """Return the label block of these values. Their order must be that of the names."""
        if _ESCAPED.search("".join(values)):  # a single search, because escapes are rare
            values = tuple(map(escape, values))
        return self._template % values


def escape(value: str) -> str:
    """Return a label value, escaped as the text format requires."""
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value)


NO_LABELS = Labels()


class Metric(msgspec.Struct, frozen=True, cache_hash=True):
    """One metric family.

    help: a phrase of at most 120 characters, without the releases. document: the name of the
    document that contains the values. unit: the unit of the values, if the name does not end in it.
    since, until: the first and the last release of Ceph that report the values, if they differ from
    those of the document. later: the condition under which the values exist after `until`, such as
    "with --flag". detail: complete sentences that appear only in docs/metrics.md.
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
        """The text of the `# HELP` line: `help` and the releases that report the values."""
        if self.until:
            releases = (
                f"{self.since} to {self.until}" if self.since else f"{self.until} and earlier"
            )
            later = f"; later only {self.later}" if self.later else ""
            return f"{self.help} (Ceph {releases}{later})"
        return f"{self.help} (Ceph {self.since} and later)" if self.since else self.help


# A sample whose value is None, nan or inf is unknown and therefore left out of the page.
Family: TypeAlias = tuple[Metric, Samples | Columns]


def ones(blocks: tuple[str, ...]) -> Columns:
    """Return the samples of a metric that is always 1."""
    return Columns(blocks, [1] * len(blocks))


def one(value: Value) -> Samples:
    """Return the single sample of a metric without labels."""
    return (("", value),)
