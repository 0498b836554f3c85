"""What all Ceph dashboards share: variables, label matchers, annotations and the menu.

Aggregates are `max by (cluster, ...)`, because two exporters may watch the same cluster and one
Prometheus may store several clusters. As in PromQL's `by` and `on`, a cluster without the label
`cluster` counts as one whose label is empty.
"""

from dashboards.engine.declare import Event, Frame, Variable

_EXPORTER = 'job=~"$job",instance=~"$instance"'

FRAME = Frame(
    tag="ceph",
    menu="Ceph",
    tooltip="Other Ceph dashboards",
    variables=(
        Variable("job", "Job", "label_values(ceph_up, job)", ".+", multi=True),
        Variable(
            "cluster",
            "Cluster",
            'label_values(ceph_up{job=~"$job"}, cluster)',
            ".*",
            multi=False,
        ),
        Variable(
            "instance",
            "Instance",
            'label_values(ceph_up{job=~"$job",cluster=~"$cluster"}, instance)',
            ".+",
            multi=True,
        ),
    ),
    # Events explain steps in the curves.
    events=(
        Event(
            "Monitor elections",
            "purple",
            "max by (cluster) (changes(ceph_monitor_election_epoch{*}[$__rate_interval])) > 0",
            "Monitor election {{cluster}}",
        ),
        Event(
            "Health changes",
            "orange",
            "max by (cluster) (changes(ceph_health_status{*}[$__rate_interval])) > 0",
            "Health changed {{cluster}}",
        ),
    ),
    # `{+}` is for the exporter's process, whose metrics lack the label `cluster`; see phrases.own.
    matchers={"*": f'cluster=~"$cluster",{_EXPORTER}', "+": _EXPORTER},
    subject="cluster",
    passed_on=("job",),
    leading_columns=("cluster", "instance", "document", "name", "ceph_daemon", "entity"),
)
