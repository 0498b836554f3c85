"""Prometheus' own parsers of both formats, with types."""

from prometheus_client import Metric, parser
from prometheus_client.openmetrics import parser as openmetrics


def parse_text(text: str) -> list[Metric]:
    """Read a page in the text format 0.0.4."""
    return list(parser.text_string_to_metric_families(text))


def parse_openmetrics(text: str) -> list[Metric]:
    """Read a page in OpenMetrics 1.0; it is strict."""
    return list(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
