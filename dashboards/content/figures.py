"""The small numbers at the top of a dashboard, one for each cluster."""

from typing import NamedTuple

from dashboards.engine.declare import PLAIN, Query, Stat, Thresholds

SIZE = (4, 4)


class Absence(NamedTuple):
    """Why there may be no number.

    empty_when: as in `Query`; no_value, brief: as in `Stat`.
    """

    empty_when: str
    no_value: str
    brief: str = "none or unknown"


def figure(  # noqa: PLR0913 - the optional ones are keyword-only
    title: str,
    description: str,
    expr: str,
    absence: Absence,
    *,
    unit: str = "short",
    thresholds: Thresholds = PLAIN,
) -> Stat:
    """Return a panel with the value of an expression that has one series for each cluster."""
    return Stat(
        title,
        description,
        (Query(expr, "{{cluster}}", empty_when=absence.empty_when),),
        absence.no_value,
        unit=unit,
        thresholds=thresholds,
        size=SIZE,
        brief=absence.brief,
    )
