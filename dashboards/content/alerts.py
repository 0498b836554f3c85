"""The alerts of deploy/prometheus/ceph.rules.yml that are firing."""

import re
from pathlib import Path

from dashboards.engine.declare import Link, Query, Stat, Table, Texts, rising

RULES = Path(__file__).parent.parent.parent / "deploy" / "prometheus" / "ceph.rules.yml"
# The placeholder is the one of the rules, so that one command replaces both.
RUNBOOK = "https://ceph-exporter.example/docs/runbook.md"
FIRING = 'ALERTS{!,alertstate="firing",alertname=~"Ceph.+"}'
NO_ALERT = "no alert is firing"
NO_RULES = "Unknown: Prometheus does not load ceph.rules.yml, or the cluster is unreachable"
# Only a recorded series tells that Prometheus loads the rules.
COUNT = f"(count by (cluster) ({FIRING}) or 0 * max by (cluster) (cluster:ceph_mons:count{{!}}))"
SEVERITY: Texts = {
    "critical": ("critical", "red"),
    "warning": ("warning", "orange"),
    "info": ("info", "blue"),
}
# Headings of the runbook are the names of the alerts; addresses have them in lower case.
ANCHORS: Texts = {
    name: (name.lower(), "") for name in re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))
}
# What an alert is about, whichever labels it has.
_LABELS = (
    "name",
    "ceph_daemon",
    "host",
    "hostname",
    "device_id",
    "pool_id",
    "device_class",
    "document",
    "collector",
    "instance",
)
_BY = f"max by (cluster, alertname, severity, {', '.join(_LABELS)})"
_SINCE = (
    f"time() - {_BY} (ALERTS_FOR_STATE{{!}})"
    f" and on (cluster, alertname, severity, {', '.join(_LABELS)}) {_BY} ({FIRING})"
)
_ABOUT = ", ".join(f'"{label}"' for label in _LABELS)


def stat(size: tuple[int, int], query: Query, description: str) -> Stat:
    """Return the number of alerts that are firing."""
    return Stat(
        "Firing alerts",
        description,
        (query,),
        NO_RULES,
        thresholds=rising(1, 1000),
        size=size,
    )


def table(size: tuple[int, int], labels: tuple[str, ...], links: tuple[Link, ...] = ()) -> Table:
    """Return the list of alerts that are firing."""
    named = f'label_replace({_SINCE}, "runbook", "$1", "alertname", "(.+)")'
    return Table(
        "Firing alerts",
        "The alerts of ceph.rules.yml that are firing, with what each is about and how long its "
        "condition has lasted. Click an alert to open its section of the runbook. Good: none.",
        (
            Query(
                # Without any of these labels it is blanks, which Grafana would show as 0.
                f'label_replace(label_join({named}, "about", " ", {_ABOUT}),'
                ' "about", "the cluster", "about", " *")',
                "since",
                empty_when=NO_ALERT,
                unit="dtdurations",
            ),
        ),
        "No alert is firing, or Prometheus does not load ceph.rules.yml",
        size=size,
        labels=(*labels, "severity", "alertname", "about"),
        hidden=("runbook", *_LABELS),
        texts={"severity": SEVERITY, "runbook": ANCHORS},
        links=(
            Link(f"{RUNBOOK}#${{__data.fields.runbook}}", "Open the runbook", "alertname"),
            *links,
        ),
        sort_ascending="severity",
    )
