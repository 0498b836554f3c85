"""How a collector is written: metrics declared as a table, samples yielded from facts.

A collector is a module of this package: its metrics stand at the top, `collect` below.

    UP = Metric("ceph_osd_up", "gauge", "OSD is up", "osd dump", Labels("ceph_daemon"))

    def collect(facts: Facts) -> Iterator[Family]:
        if dump := facts.get(OsdDump):
            yield UP, [(UP.labels(f"osd.{osd.id}"), osd.up) for osd in dump.osds]

The module's name and the first line of its docstring name and explain it; its flag, the
documentation and the order of the page follow from the declarations. A module may further have
`DEFAULT = False` to be off unless it is switched on, `DOCUMENTS`, those that it reads and no
metric names, and `IF_AT_HAND`, those that it reads only when another collector asks for them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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


class Collector(NamedTuple):
    """A collector module as the program sees it.

    documents: what it needs; default: it runs unless it is switched off; collect: takes the facts,
    and the cluster's options if the module has any (a struct `Options`, which is the section of the
    configuration by the module's name).
    """

    name: str
    help: str
    metrics: tuple[Metric, ...]
    documents: frozenset[str]
    default: bool
    has_options: bool
    collect: Callable[..., Iterator[Family]]


def ones(blocks: tuple[str, ...]) -> Columns:
    """Give the samples of a metric that is always 1."""
    return Columns(blocks, [1] * len(blocks))


def one(value: Value) -> Samples:
    """Give the single sample of a metric without labels."""
    return (("", value),)
