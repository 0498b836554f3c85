"""What each kind of panel wants to be told, beyond what all have."""

from typing import Any

from dashboards.declare import PLAIN, Panel

Json = dict[str, Any]


def options_of(panel: Panel) -> Json:
    """Give the options of a panel."""
    legend = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
    tooltip = {"mode": "multi", "sort": "desc"}
    last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    match panel.kind:
        case "stat":
            return {
                "colorMode": "value" if panel.steps == PLAIN and not panel.states else "background",
                "graphMode": "none",
                "justifyMode": "auto",
                "orientation": "auto",
                "percentChangeColorMode": "standard",
                "reduceOptions": last,
                "showPercentChange": False,
                "textMode": panel.text,
                "wideLayout": True,
            }
        case "bargauge":
            return {
                "displayMode": "gradient",
                "legend": legend | {"showLegend": False},
                "maxVizHeight": 300,
                "minVizHeight": 10,
                "minVizWidth": 0,
                "namePlacement": "auto",
                "orientation": "horizontal",
                "reduceOptions": last,
                "showUnfilled": True,
                "sizing": "auto",
                "valueMode": "color",
            }
        case "table":
            columns = ((panel.least_first, False), (panel.most_first, True))
            order = [{"desc": most, "displayName": name} for name, most in columns if name]
            return {"cellHeight": "sm", "frameIndex": 0, "showHeader": True, "sortBy": order}
        case "state-timeline":
            return {
                "alignValue": "left",
                "legend": legend,
                "mergeValues": True,
                "rowHeight": 0.9,
                "showValue": "auto",
                "tooltip": {"mode": "single", "sort": "none"},
            }
        case "timeseries":
            calcs = {"calcs": ["lastNotNull", "max"], "displayMode": "table"}
            return {"legend": legend | calcs, "tooltip": tooltip}


def custom_of(panel: Panel) -> Json:
    """Give the options of a panel's fields."""
    match panel.kind:
        case "timeseries":
            return {
                "drawStyle": "line",
                "fillOpacity": 40 if panel.stack else 5,
                "lineInterpolation": "linear",
                "lineWidth": 1,
                "showPoints": "never",
                "spanNulls": False,
                "stacking": {"group": "A", "mode": "normal" if panel.stack else "none"},
                "thresholdsStyle": {"mode": "line" if panel.limits else "off"},
            }
        case "state-timeline":
            return {"fillOpacity": 70, "lineWidth": 0}
        case "table":
            return {"align": "auto", "inspect": False}
        case _:
            return {}
