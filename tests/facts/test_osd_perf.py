"""The document `osd perf`: latencies."""

import json

import pytest

from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf, decode_osd_perf

FLAT = {
    "osd_perf_infos": [
        {"id": 3, "perf_stats": {"commit_latency_ms": 12, "apply_latency_ms": 34}},
        {"id": 0, "perf_stats": {"commit_latency_ms": 0, "apply_latency_ms": 0}},
    ]
}


@pytest.mark.parametrize(
    "answer", [FLAT, {"pg_ready": True, "osdstats": FLAT}], ids=["up to 13", "14 and later"]
)
def test_latency(answer: object) -> None:
    """The rows are in the answer itself or in `osdstats` inside it."""
    (fact,) = decode_osd_perf(json.dumps(answer).encode())
    assert fact == OsdPerf({3: OsdLatency(12, 34), 0: OsdLatency(0, 0)})


@pytest.mark.parametrize("body", [b"{}", b'{"pg_ready": true, "osdstats": {}}'])
def test_other_document(body: bytes) -> None:
    """An answer without rows is rejected."""
    with pytest.raises(DecodeError, match="osd_perf_infos"):
        decode_osd_perf(body)
