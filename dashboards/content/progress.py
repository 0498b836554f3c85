"""Operations in progress, and PGs whose scrub is late."""

from dashboards.content.phrases import NOT_REACHED, NOTHING_WRONG, unknown
from dashboards.engine.declare import BarGauge, Query, Stat, TimeSeries, warn_from

_LATE = "max by (cluster, kind) (ceph_pgs_not_scrubbed{*})"
_KIND = "{{kind}}"

IN_PROGRESS = BarGauge(
    "In progress",
    "Operations in the background: recovery, rebalancing after an OSD was marked out or in, "
    "upgrades, splitting and merging of PGs, and tasks of RBD. From Ceph 18 on, recovery is only "
    "shown if mgr/progress/allow_pg_recovery_event is true.",
    (
        Query(
            "sort_desc(max by (cluster, kind, subject) (ceph_progress_ratio{*}))",
            "{{kind}} {{subject}}",
            empty_when="nothing is in progress",
        ),
    ),
    "Nothing is in progress, Ceph is older than 14, or the exporter cannot reach Ceph",
    unit="percentunit",
    size=(24, 5),
    minimum=0,
    maximum=1,
)

SCRUBS = (
    Stat(
        "PGs not scrubbed in time",
        "PGs whose last scrub or deep scrub is longer ago than Ceph allows. Good: 0. If higher, "
        "damage to their data may go unnoticed. Up to Ceph 13, Ceph checks this only on request.",
        (Query(_LATE, _KIND),),
        unknown("before Ceph 12"),
        thresholds=warn_from(1),
        size=(6, 8),
    ),
    TimeSeries(
        "Late scrubs over time",
        "PGs whose last scrub or deep scrub is longer ago than Ceph allows. Good: 0, or falling. "
        "Rising: the OSDs have too little time for scrubs.",
        (Query(_LATE, _KIND),),
        unknown("before Ceph 12"),
        size=(9, 8),
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "Oldest late scrub",
        "Time since the last scrub of the PG that has waited longest, among the PGs that Ceph "
        "lists: by default at most 50. Good: no data.",
        (
            Query(
                "time() - min by (cluster, kind) (ceph_pgs_oldest_scrub_timestamp_seconds{*})",
                _KIND,
                empty_when=NOTHING_WRONG,
            ),
        ),
        f"All PGs were scrubbed in time, Ceph is older than 15, or: {NOT_REACHED}",
        unit="s",
        size=(9, 8),
        minimum=0,
    ),
)
