"""What all Ceph dashboards share: variables, label matchers, annotations and the menu.

Aggregates are `max by (cluster, ...)`, because two exporters may watch the same cluster and one
Prometheus may store several clusters. As in PromQL's `by` and `on`, a cluster without the label
`cluster` counts as one whose label is empty.
"""

from dashboards.engine.declare import Event, Frame, Variable

_EXPORTER = 'job=~"$job",instance=~"$instance"'
# Within backquotes PromQL leaves the backslashes alone that Grafana puts before special characters.
# A cluster without the label is selected by an empty value.
_CLUSTER = "cluster=~`${cluster:regex}`"


def _changed(metric: str) -> str:
    """Return an expression with one sample for each change, so that Grafana draws one line."""
    now = f"max by (cluster) ({metric}{{*}})"
    before = f"max by (cluster) ({metric}{{*}} offset $__interval)"
    return f"{now} != {before}"


FRAME = Frame(
    tag="ceph",
    menu="Ceph",
    tooltip="Other Ceph dashboards",
    variables=(
        Variable("job", "Job", "label_values(ceph_up, job)", ".+", multi=True, overview_only=True),
        Variable("cluster", "Cluster", 'label_values(ceph_up{job=~"$job"}, cluster)', ".*"),
        Variable(
            "instance",
            "Instance",
            f'label_values(ceph_up{{job=~"$job",{_CLUSTER}}}, instance)',
            ".+",
            multi=True,
            overview_only=True,
        ),
    ),
    # Events explain steps in the curves.
    events=(
        Event(
            "Monitor elections",
            "purple",
            _changed("ceph_monitor_election_epoch"),
            "Monitor election {{cluster}}",
        ),
        Event(
            "Health changes",
            "orange",
            _changed("ceph_health_status"),
            "Health changed {{cluster}}",
        ),
    ),
    # `{+}` is for the exporter's process, whose metrics lack the label `cluster`; see phrases.own.
    # `{!}` is for what rules write: alerts and recorded series, which no longer have an instance.
    matchers={"*": f"{_CLUSTER},{_EXPORTER}", "+": _EXPORTER, "!": _CLUSTER},
    subject="cluster",
    passed_on=("job",),
    note="note",
    columns={
        "about": ("about", 0),
        "check": ("check", 0),
        "cluster_addr": ("cluster address", 0),
        "db_device": ("database on", 120),
        "device_ids": ("device IDs", 0),
        "devices": ("devices", 0),
        "item": ("what", 0),
        "objectstore": ("object store", 110),
        "url": ("URL", 0),
        "wal_device": ("log on", 120),
        "alertname": ("alert", 260),
        "api": ("API", 90),
        "application": ("application", 120),
        "ceph_daemon": ("daemon", 90),
        "change": ("change", 110),
        "cluster": ("cluster", 0),
        "daemon": ("daemon", 90),
        "daemon_name": ("daemon", 0),
        "daemon_type": ("type", 130),
        "description": ("type", 110),
        "device": ("device", 80),
        "device_class": ("class", 70),
        "device_id": ("device ID", 0),
        "entity": ("daemon", 0),
        "hostname": ("host", 0),
        "id": ("id", 0),
        "image": ("image", 0),
        "instance": ("exporter", 170),
        "label": ("label", 0),
        "note": ("note", 0),
        "mode": ("mode", 80),
        "namespace": ("namespace", 100),
        "pool": ("pool", 110),
        "mount_point": ("mount point", 0),
        "public_addr": ("address", 0),
        "pythonversion": ("Python", 90),
        "rack": ("rack", 90),
        "rank": ("rank", 60),
        "release": ("release", 100),
        "release_name": ("release", 100),
        "root": ("root", 90),
        "runs_on": ("host", 0),
        "service_daemon": ("daemon", 0),
        "bucket": ("bucket", 0),
        "owner": ("owner", 0),
        "placement": ("placement", 0),
        "tenant": ("tenant", 0),
        "user": ("user", 0),
        "zone": ("zone", 90),
        "zonegroup": ("zonegroup", 90),
        "service_name": ("service", 0),
        "service_type": ("type", 130),
        "severity": ("severity", 130),
        "status": ("status", 90),
        "version": ("version", 100),
    },
)
