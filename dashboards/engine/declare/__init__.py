"""The parts of a dashboard: sections, panels with their queries, and what dashboards share.

An expression contains markers in place of label matchers, for example `ceph_osd_up{*}` or
`ceph_health_detail{*,name="OSD_DOWN"}`; `Frame.matchers` holds the text that replaces each marker.
"""

from dashboards.engine.declare.boards import Dashboard, Event, Frame, Section, Variable
from dashboards.engine.declare.colors import (
    PLAIN,
    YES_IS_GOOD,
    Thresholds,
    ValueMappings,
    bad_from,
    falling,
    limits,
    rising,
    warn_from,
)
from dashboards.engine.declare.panels import (
    BarGauge,
    Gauge,
    Heatmap,
    Link,
    Panel,
    Query,
    Stat,
    StateTimeline,
    Table,
    Texts,
    TimeSeries,
)

__all__ = [
    "PLAIN",
    "YES_IS_GOOD",
    "BarGauge",
    "Dashboard",
    "Event",
    "Frame",
    "Gauge",
    "Heatmap",
    "Link",
    "Panel",
    "Query",
    "Section",
    "Stat",
    "StateTimeline",
    "Table",
    "Texts",
    "Thresholds",
    "TimeSeries",
    "ValueMappings",
    "Variable",
    "bad_from",
    "falling",
    "limits",
    "rising",
    "warn_from",
]
