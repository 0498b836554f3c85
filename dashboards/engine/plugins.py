"""The options of panels that depend on the type of panel."""

from typing import Any

from dashboards.engine.declare import (
    PLAIN,
    BarGauge,
    Panel,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
)

Json = dict[str, Any]

_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
_LATEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def options_of(panel: Panel) -> Json:
    """Return the options of a panel."""
    match panel:
        case Stat():
            return _stat(panel)
        case BarGauge():
            return _bar_gauge()
        case Table():
            columns = ((panel.sort_ascending, False), (panel.sort_descending, True))
            order = [{"desc": desc, "displayName": name} for name, desc in columns if name]
            return {"cellHeight": "sm", "frameIndex": 0, "showHeader": True, "sortBy": order}
        case StateTimeline():
            return {
                "alignValue": "left",
                "legend": _LEGEND,
                "mergeValues": True,
                "rowHeight": 0.9,
                "showValue": "auto",
                "tooltip": {"mode": "single", "sort": "none"},
            }
        case TimeSeries():
            legend = _LEGEND | {"calcs": ["lastNotNull", "max"], "displayMode": "table"}
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case _:
            raise TypeError(f"engine/plugins.py has no options for a {type(panel).__name__}")


def custom_of(panel: Panel) -> Json:
    """Return the options that Grafana stores with a panel's fields."""
    match panel:
        case TimeSeries():
            return {
                "drawStyle": "line",
                "fillOpacity": 40 if panel.stack else 5,
                "lineInterpolation": "linear",
                "lineWidth": 1,
                "showPoints": "never",
                "spanNulls": False,
                "stacking": {"group": "A", "mode": "normal" if panel.stack else "none"},
                "thresholdsStyle": {"mode": "line" if panel.threshold_lines else "off"},
            }
        case StateTimeline():
            return {"fillOpacity": 70, "lineWidth": 0}
        case Table():
            return {"align": "auto", "inspect": False}
        case _:
            return {}


def _stat(panel: Stat) -> Json:
    colorless = panel.thresholds == PLAIN and not panel.mappings
    return {
        "colorMode": "value" if colorless else "background",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _LATEST,
        "showPercentChange": False,
        "textMode": panel.text_mode,
        "wideLayout": True,
    }


def _bar_gauge() -> Json:
    return {
        "displayMode": "gradient",
        "legend": _LEGEND | {"showLegend": False},
        "maxVizHeight": 300,
        "minVizHeight": 10,
        "minVizWidth": 0,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": _LATEST,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "color",
    }
