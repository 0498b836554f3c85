"""Expressions of dashboards with their variables filled in, and what they select."""

from collections.abc import Iterator, Mapping

import promql_parser
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from ceph_exporter.polling import snapshot
from ceph_exporter.web import process

# What Grafana makes of a variable of which All is chosen.
ALL = {"cluster": ".*", "job": ".+", "instance": ".+"}
# Grafana's own, for a scrape interval of 15 s and a dashboard of an hour.
INTERVALS = {"$__rate_interval": "1m", "$__range": "1h", "$__interval": "15s"}

# On the exporter's page once, however many clusters it has, or made by Prometheus with each scrape.
OWN = {metric.name for metric in (*process.METRICS, snapshot.PAGE_CUT)} | {
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "up",
}


def filled(expr: str, chosen: Mapping[str, str] = ALL) -> str:
    """Fill the variables as Grafana does; chosen: the values of cluster, job and instance."""
    for name, value in INTERVALS.items():
        expr = expr.replace(name, value)
    for name, value in chosen.items():
        expr = expr.replace(f"${name}", value)
    return expr


def selectors(
    expr: Expr | None, path: tuple[str, ...] = ()
) -> list[tuple[VectorSelector, tuple[str, ...]]]:
    """Give each selector of an expression, with the functions around it."""
    return list(_selectors(expr, path))


def _selectors(
    expr: Expr | None, path: tuple[str, ...]
) -> Iterator[tuple[VectorSelector, tuple[str, ...]]]:
    match expr:
        case VectorSelector():
            yield expr, path
        case MatrixSelector():
            yield expr.vector_selector, path
        case Call():
            for argument in expr.args:
                yield from _selectors(argument, (*path, expr.func.name))
        case BinaryExpr():
            yield from _selectors(expr.lhs, path)
            yield from _selectors(expr.rhs, path)
        case AggregateExpr():
            yield from _selectors(expr.param, path)
            yield from _selectors(expr.expr, path)
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            yield from _selectors(expr.expr, path)
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral() | None:
            return
        case _:
            raise TypeError(type(expr))


def sources(expr: Expr | None, doubled: list[str]) -> bool:
    """Tell whether a result has a series for each exporter; collect what then counts them twice.

    Two exporters of a cluster give each series twice, but for the label `instance`: until max or
    min by other labels has made one of both, nothing may be added up or counted.
    """
    match expr:
        case VectorSelector() | MatrixSelector():
            return True
        case AggregateExpr():
            apart = sources(expr.expr, doubled)
            kept = "instance" in expr.modifier.labels if expr.modifier else False
            operator = str(expr.op)
            if apart and not kept and operator not in {"max", "min"}:
                doubled.append(f"{operator}: {expr.expr.prettify()}")
            return apart and (kept or operator in {"topk", "bottomk"})
        case BinaryExpr():
            sides = [sources(expr.lhs, doubled), sources(expr.rhs, doubled)]
            return sides[0] if str(expr.op) in {"and", "unless"} else any(sides)
        case Call():
            return any(sources(argument, doubled) for argument in expr.args)
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            return sources(expr.expr, doubled)
        case _:
            return False
