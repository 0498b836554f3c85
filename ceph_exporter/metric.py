"""What a metric is: its declaration, its labels and its samples; imports nothing of the package."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

Value: TypeAlias = float | int | bool | None


class Columns(NamedTuple):
    """The samples of a family with many: label blocks, and the values in the same order.

    While the blocks are the same object as in the last poll (see `Facts.once`) their lines need not
    be made anew.
    """

    blocks: tuple[str, ...]
    values: Sequence[Value]


Samples: TypeAlias = Iterable[tuple[str, Value]]
Type: TypeAlias = Literal["gauge", "counter", "untyped"]

_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_ESCAPED = re.compile(r'[\\"\n]')


class Labels:
    """The label names of some metrics; called with the values, it renders the label block.

    The block (`monitor="a",ceph_daemon="mon.a"`) is the key of a series within its metric, made
    once per entity and shared by all metrics of the same names.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._template = ",".join(f'{name}="%s"' for name in names)

    def __call__(self, *values: str) -> str:
        """Render the values, in the order of the names, escaped."""
        if _ESCAPED.search("".join(values)):  # seldom; looked for once, not value by value
            values = tuple(map(escape, values))
        return self._template % values


def escape(value: str) -> str:
    """Escape a label value as the text format wants it."""
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value)


NO_LABELS = Labels()


class Metric(NamedTuple):
    """One metric family as users see it; `document` is the one that it stands and falls with."""

    name: str
    type: Type
    help: str
    document: str
    labels: Labels = NO_LABELS


# A value of None, nan or inf is not on the page: what is not known is absent.
Family: TypeAlias = tuple[Metric, Samples | Columns]


def ones(blocks: tuple[str, ...]) -> Columns:
    """Give the samples of a metric that is always 1."""
    return Columns(blocks, [1] * len(blocks))


def one(value: Value) -> Samples:
    """Give the single sample of a metric without labels."""
    return (("", value),)
