"""Tables with a limit on the number of series."""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from ceph_exporter.metric import Value

Row: TypeAlias = tuple[tuple[str, Value], ...]
"""The labels and the value of one item in each of several metrics."""


class Table(NamedTuple):
    """The rows within the limit; cut: how many series are left out."""

    rows: tuple[Row, ...]
    cut: int


def limited(rows: Iterable[Row], limit: int) -> Table:
    """Return the first rows, as many as the limit allows; the first that does not fit ends it."""
    shown, cut = list[Row](), 0
    for row in rows:
        size = sum(value is not None for _, value in row)
        if cut or size > limit:
            cut += size
        else:
            limit -= size
            shown.append(row)
    return Table(tuple(shown), cut)
