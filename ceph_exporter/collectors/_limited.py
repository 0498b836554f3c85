"""A limit on the number of series of rows, each of which has several."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from ceph_exporter.metric import Value

R = TypeVar("R")


class Limited(NamedTuple, Generic[R]):
    """The rows within a limit. left: what remains of it; cut: how many series are left out."""

    rows: tuple[R, ...]
    left: int
    cut: int


def limited(rows: Iterable[R], values: Callable[[R], Iterable[Value]], limit: int) -> Limited[R]:
    """Return the first rows, as many as the limit allows; the first that does not fit ends it.

    values: returns those of a row; each that is not None is a series.
    """
    shown, left, cut = list[R](), limit, 0
    for row in rows:
        size = sum(value is not None for value in values(row))
        if cut or size > left:
            cut += size
        else:
            left -= size
            shown.append(row)
    return Limited(tuple(shown), 0 if cut else left, cut)
