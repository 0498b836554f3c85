"""The options of panels that depend on the type of panel."""

from typing import Any

from dashboards.engine.declare import (
    PLAIN,
    BarGauge,
    Gauge,
    Heatmap,
    Panel,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
)
from dashboards.engine.grid import WIDTH

Json = dict[str, Any]

_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
_LATEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
# The top of an axis on which all values are zero; Grafana would take 100.
_SMALL_TOP = {"bytes": 1024, "Bps": 1024, "ms": 1, "percentunit": 0.01, "s": 0.01}
_GAUGE: Json = {
    "minVizHeight": 75,
    "minVizWidth": 75,
    "orientation": "auto",
    "reduceOptions": _LATEST,
    "showThresholdLabels": False,
    "showThresholdMarkers": True,
    "sizing": "auto",
}
_BAR_GAUGE: Json = {
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
_TIMELINE: Json = {
    "alignValue": "left",
    "legend": _LEGEND,
    "mergeValues": True,
    "rowHeight": 0.9,
    "showValue": "auto",
    "tooltip": {"mode": "single", "sort": "none"},
}


def options_of(panel: Panel) -> Json:
    """Return the options of a panel."""
    match panel:
        case Stat():
            options = _stat(panel)
        case Gauge():
            options = _GAUGE
        case BarGauge():
            options = _BAR_GAUGE
        case Heatmap():
            options = _heatmap(panel)
        case Table():
            options = _table(panel)
        case StateTimeline():
            options = _TIMELINE
        case TimeSeries():
            options = {
                "legend": _sorted_legend(panel),
                "tooltip": {"mode": "multi", "sort": "desc"},
            }
        case _:
            raise TypeError(f"engine/plugins.py has no options for a {type(panel).__name__}")
    return options


def custom_of(panel: Panel) -> Json:
    """Return the options that Grafana stores with a panel's fields."""
    match panel:
        case TimeSeries():
            top = {"axisSoftMax": _SMALL_TOP.get(panel.unit, 1)}
            return {
                "drawStyle": "bars" if panel.events else "line",
                "fillOpacity": 80 if panel.events else 40 if panel.stack else 0,
                "lineInterpolation": "linear",
                "lineWidth": 1,
                "showPoints": "never",
                "spanNulls": False,
                "stacking": {"group": "A", "mode": "normal" if panel.stack else "none"},
                "thresholdsStyle": {"mode": "line" if panel.threshold_lines else "off"},
            } | (top if panel.minimum == 0 and panel.maximum is None else {})
        case StateTimeline():
            return {"fillOpacity": 80, "lineWidth": 0}
        case Table():
            return {"align": "auto", "inspect": False, "minWidth": 50}
        case _:
            return {}


def _sorted_legend(panel: TimeSeries) -> Json:
    """Return a table with the highest latest value first; beside a wide panel it holds more."""
    placement = "right" if panel.size[0] >= WIDTH // 2 else "bottom"
    return _LEGEND | {
        "calcs": ["lastNotNull", "max"],
        "displayMode": "table",
        "placement": placement,
        "sortBy": "Last *",
        "sortDesc": True,
    }


def _stat(panel: Stat) -> Json:
    colorless = panel.thresholds == PLAIN and not panel.mappings and not panel.texts
    labels = {"fields": f"/^{panel.label}$/", "values": True}
    return {
        "colorMode": "value" if colorless else "background",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _LATEST | (labels if panel.label else {}),
        "showPercentChange": False,
        "textMode": "value" if panel.label else "auto",
        "wideLayout": True,
    }


def _heatmap(panel: Heatmap) -> Json:
    return {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {"decimals": 0},
        "color": {
            "exponent": 0.5,
            "fill": "dark-orange",
            "mode": "scheme",
            "reverse": False,
            "scale": "exponential",
            "scheme": "Oranges",
            "steps": 64,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-09},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": panel.unit},
    }


def _table(table: Table) -> Json:
    columns = ((table.sort_ascending, False), (table.sort_descending, True))
    order = [{"desc": desc, "displayName": name} for name, desc in columns if name]
    return {"cellHeight": "sm", "frameIndex": 0, "showHeader": True, "sortBy": order}
