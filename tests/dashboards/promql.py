"""Expressions of dashboards with their variables filled in, and the series that they select."""

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

from ceph_exporter import own_metrics
from ceph_exporter.polling import snapshot

# The values that Grafana substitutes for a variable set to All.
ALL = {"cluster": ".*", "job": ".+", "instance": ".+", "osd": ".+", "host": ".+"}
# Grafana's built-in variables, for a scrape interval of 15 s and a time range of an hour. The
# interval between points is that of a longer range, so that a test need not hurry after a change.
INTERVALS = {"$__rate_interval": "1m", "$__range": "1h", "$__interval": "1m"}

# Once per exporter, however many clusters it watches, or added by Prometheus with each scrape.
OWN = {metric.name for metric in (*own_metrics.METRICS, snapshot.PAGE_CUT)} | {
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "up",
}


def written_by_rules(name: str | None) -> bool:
    """Return whether rules write a series: an alert or a recorded series, once for a cluster."""
    return bool(name) and (":" in str(name) or str(name).startswith("ALERTS"))


def filled(expr: str, chosen: Mapping[str, str] = ALL) -> str:
    """Return the expression with the variables filled in as Grafana does.

    chosen: the values of cluster, job and instance.
    """
    for name, value in INTERVALS.items():
        expr = expr.replace(name, value)
    for name, value in chosen.items():
        expr = expr.replace(f"${{{name}:regex}}", value).replace(f"${name}", value)
    return expr


def selectors(
    expr: Expr | None, path: tuple[str, ...] = ()
) -> list[tuple[VectorSelector, tuple[str, ...]]]:
    """Return each selector of an expression, with the functions around it."""
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
    """Return whether a result has a series for each exporter; collect aggregates that count twice.

    Two exporters of a cluster export each series twice, with different values of `instance`. Until
    max or min by other labels has merged both, an aggregate such as sum or count is wrong.
    """
    match expr:
        case VectorSelector() | MatrixSelector():
            selector = expr.vector_selector if isinstance(expr, MatrixSelector) else expr
            return not written_by_rules(selector.name)
        case AggregateExpr():
            separate = sources(expr.expr, doubled)
            by_instance = "instance" in expr.modifier.labels if expr.modifier else False
            operator = str(expr.op)
            if separate and not by_instance and operator not in {"max", "min"}:
                doubled.append(f"{operator}: {expr.expr.prettify()}")
            return separate and (by_instance or operator in {"topk", "bottomk"})
        case BinaryExpr():
            sides = [sources(expr.lhs, doubled), sources(expr.rhs, doubled)]
            return sides[0] if str(expr.op) in {"and", "unless"} else any(sides)
        case Call():
            return any(sources(argument, doubled) for argument in expr.args)
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            return sources(expr.expr, doubled)
        case _:
            return False
