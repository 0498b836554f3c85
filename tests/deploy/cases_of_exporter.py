"""The cases of alerts about the exporter and missing data."""

from tests.deploy.rules import Case

UP = "ceph_up 1"
ANOTHER = 'ceph_up{job="c",instance="b:9128"} 1'


CASES = {
    "CephDataMissing": Case("ceph_up 1 1 _x30", (UP, "ceph_up 0"), at=20),
    "CephNeverSeen": Case('up{job="node"} 1', (UP, "ceph_up 1 1 _x30"), several=False, up=False),
    # The last exporter of a cluster is CephDataMissing.
    "CephExporterDown": Case(
        f'up{{job="c"}} 1 1 0x30\nceph_up{{job="c"}} 1 1 _x30\n{ANOTHER}',
        (
            f'up{{job="c"}} 1\nceph_up{{job="c"}} 1\n{ANOTHER}',
            'up{job="c"} 1 1 0x30\nceph_up{job="c"} 1 1 _x30',
            'up{job="node"} 0',
            'up{job="ceph",instance="mgr:9283"} 0',
        ),
        {"job": "c", "instance": "a:9128"},
        once=False,
        up=False,
    ),
    "CephDataStale": Case(
        "ceph_up 0\nceph_exporter_poll_timestamp_seconds 1",
        (
            "ceph_up 0\nceph_exporter_poll_timestamp_seconds 0+60x30",
            "ceph_up 1\nceph_exporter_poll_timestamp_seconds 1",
        ),
        description="The last poll of the cluster finished 19m 59s ago. The exporter still "
        "answers scrapes, but its poller hangs, or the clock of its host is wrong. "
        "The state of the cluster is unknown.",
        at=20,
    ),
    "CephUnreachable": Case(
        "ceph_up 0",
        (UP, 'ceph_up{instance="a:9128"} 0\nceph_up{instance="b:9128"} 1', "ceph_up 0 0 _x30"),
    ),
    "CephExporterBlind": Case(
        'ceph_up{instance="a:9128"} 0\nceph_up{instance="b:9128"} 1',
        (UP, "ceph_up 0"),
        {"instance": "a:9128"},
    ),
    # The mgr module's own health checks, scraped by another job, do not count.
    "CephHealthUnknown": Case(
        f'{UP}\nceph_health_detail{{name="OSD_DOWN",severity="HEALTH_WARN",job="mgr",'
        'instance="mgr:9283"} 0',
        (f'{UP}\nceph_health_detail{{name="OSD_DOWN",severity="HEALTH_WARN"}} 0', "ceph_up 0"),
    ),
    "CephExporterDocumentFailing": Case(
        f'{UP}\nceph_exporter_document_success{{document="osd df"}} 0',
        (
            f'{UP}\nceph_exporter_document_success{{document="osd df"}} 1',
            'ceph_up 0\nceph_exporter_document_success{document="osd df"} 0',
            # No metric is based on it.
            f'{UP}\nceph_exporter_document_success{{document="log last"}} 0',
            # All documents of RGW are CephRGWNotAnswering.
            (
                f'{UP}\nceph_exporter_document_success{{document="rgw users"}} 0\n'
                'ceph_exporter_document_success{document="rgw buckets"} 0'
            ),
        ),
        {"document": "osd df"},
    ),
    "CephExporterDocumentLost": Case(
        'ceph_exporter_document_success{document="osd df"} 1x5 _x60\n'
        'ceph_exporter_document_duration_seconds{document="osd df"} 0.1',
        (
            (
                'ceph_exporter_document_success{document="osd df"} 1\n'
                'ceph_exporter_document_duration_seconds{document="osd df"} 0.1'
            ),
            'ceph_exporter_document_success{document="osd df"} 1x5 _x60',
        ),
        {"document": "osd df"},
        at=50,
    ),
    "CephExporterCollectorFailing": Case(
        'ceph_exporter_collector_success{collector="osds"} 0',
        ('ceph_exporter_collector_success{collector="osds"} 1',),
        {"collector": "osds"},
    ),
    "CephExporterReloadFailed": Case(
        "ceph_exporter_config_last_reload_successful 0",
        ("ceph_exporter_config_last_reload_successful 1",),
        {"instance": "a:9128"},
        once=False,
    ),
    "CephExporterSeriesCut": Case(
        'ceph_exporter_collector_series_cut{collector="osds"} 12',
        (
            'ceph_exporter_collector_series_cut{collector="osds"} 0',
            "ceph_exporter_perf_counters_cut 0",
            "ceph_exporter_page_series_cut 0",
        ),
        {"collector": "osds"},
        description="12 series of the collector osds exceed a limit and are not exported.",
    ),
    "CephExporterForeignCluster": Case(
        'ceph_exporter_foreign_cluster{url="https://b:8443"} 1',
        ('ceph_exporter_foreign_cluster{url="https://b:8443"} 0',),
        {"url": "https://b:8443"},
    ),
}
