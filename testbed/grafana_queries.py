"""Queries of Grafana's front end, answered by a Prometheus as Grafana's data source does it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

Json = dict[str, Any]

SCRAPE_INTERVAL = 5.0
"""The setting "Scrape interval" of the data source, in seconds."""
_POINTS = 11_000  # Prometheus refuses more
_NOT_NUMBERS = {"NaN", "+Inf", "-Inf"}


def answer(prometheus: httpx.Client, request: Json) -> Json:
    """Return the response of /api/ds/query."""
    start, end = int(request["from"]) / 1000, int(request["to"]) / 1000
    return {
        "results": {
            query["refId"]: _result(prometheus, query, start, end) for query in request["queries"]
        }
    }


def _result(prometheus: httpx.Client, query: Json, start: float, end: float) -> Json:
    step = max(query.get("intervalMs", 0) / 1000, SCRAPE_INTERVAL, (end - start) / _POINTS)
    expr = with_intervals(query["expr"], step, end - start)
    if query.get("instant") and not query.get("range"):
        path, parameters = "query", {"query": expr, "time": str(end)}
    else:
        path = "query_range"
        first, last = (time // step * step for time in (start, end))
        parameters = {"query": expr, "start": str(first), "end": str(last), "step": str(step)}
    response = prometheus.post(f"/api/v1/{path}", data=parameters).json()
    if response["status"] != "success":
        return {"status": 400, "error": response["error"], "frames": []}
    return {"status": 200, "frames": list(_frames(query, expr, step, response["data"]))}


def with_intervals(expr: str, step: float, duration: float) -> str:
    """Return an expression with values in place of Grafana's variables of time."""
    rate = max(step + SCRAPE_INTERVAL, 4 * SCRAPE_INTERVAL)
    values = {
        "__interval": f"{step:.0f}s",
        "__interval_ms": f"{step * 1000:.0f}",
        "__range": f"{duration:.0f}s",
        "__range_ms": f"{duration * 1000:.0f}",
        "__range_s": f"{duration:.0f}",
        "__rate_interval": f"{rate:.0f}s",
    }
    names = "|".join(values)
    return re.sub(
        rf"\$(?:({names})\b|\{{({names})\}})", lambda match: values[match[1] or match[2]], expr
    )


def _frames(query: Json, expr: str, step: float, data: Json) -> Iterator[Json]:
    kind, series = data["resultType"], data["result"]
    if kind == "scalar":
        series = [{"metric": {}, "value": series}]
    meta = {
        "type": "timeseries-multi",
        "typeVersion": [0, 0],
        "custom": {"resultType": kind},
        "executedQueryString": f"Expr: {expr}\nStep: {step:.0f}s",
    }
    if not series:
        schema = {"refId": query["refId"], "meta": meta, "fields": []}
        yield {"schema": schema, "data": {"values": []}}
    for one in series:
        labels = one["metric"]
        name = legend(query.get("legendFormat", ""), labels, expr)
        fields = [
            {
                "name": "Time",
                "type": "time",
                "typeInfo": {"frame": "time.Time"},
                "config": {"interval": step * 1000},
            },
            {
                "name": "Value",
                "type": "number",
                "typeInfo": {"frame": "float64"},
                "labels": labels,
                "config": {"displayNameFromDS": name},
            },
        ]
        points = one.get("values") or [one["value"]]
        yield {
            "schema": {"name": name, "refId": query["refId"], "meta": meta, "fields": fields},
            "data": {
                "values": [
                    [int(time * 1000) for time, _ in points],
                    [None if value in _NOT_NUMBERS else float(value) for _, value in points],
                ]
            },
        }


def legend(text: str, labels: dict[str, str], expr: str) -> str:
    """Return the name of a series: the legend with the values of labels, or all its labels."""
    if text and text != "__auto":
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), text)
    pairs = [f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__"]
    name = labels.get("__name__", "")
    return f"{name}{{{', '.join(pairs)}}}" if pairs else name or expr
