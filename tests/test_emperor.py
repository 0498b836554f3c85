"""The answer of 2013 that began it all, served over HTTP as ceph-rest-api serves it."""

import json
from pathlib import Path

import pytest

from ceph_exporter import cli
from ceph_exporter.simulator.rest_api import RestApi

SAMPLE = Path(__file__).parent.parent.parent / "shared/samples/v0.72-emperor/rest_health.json"

EXPECTED = [
    'ceph_monitor_latency_seconds{monitor="01",ceph_daemon="mon.01"} 0.00183',
    'ceph_monitor_clock_skew_seconds{monitor="02",ceph_daemon="mon.02"} -0.001546',
    'ceph_monitor_avail_bytes{monitor="03",ceph_daemon="mon.03"} 18567393280',
    'ceph_monitor_avail_percent{monitor="03",ceph_daemon="mon.03"} 87',
    'ceph_monitor_store_sst_bytes{monitor="03",ceph_daemon="mon.03"} 13870918',
    'ceph_monitor_store_capacity_bytes{monitor="01",ceph_daemon="mon.01"} 15968034',
    "ceph_monitor_timecheck_round 3418",
    "ceph_health_status 0",
    "ceph_up 1",
]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the recorded answers are not beside the clone")
def test_the_answer_of_2013_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """From ceph-rest-api of 0.72 to the page: latency, skew, disk and store of each monitor."""
    health = json.loads(SAMPLE.read_text())["output"]
    known = {"health": health, "fsid": {"fsid": "3b3f9e2a-0000-4000-8000-000000000072"}}
    with RestApi(lambda command, _: known.get(command)) as server:
        assert cli.main(["once", f"--cluster.url={server.url}"]) == 0
    page = capsys.readouterr().out.splitlines()
    assert [line for line in EXPECTED if line not in page] == []
    info = next(line for line in page if line.startswith("ceph_exporter_source_info"))
    assert 'api="rest-api"' in info
    assert 'release="0.72 to 11"' in info
