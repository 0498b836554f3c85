"""The document `osd df`: sizes, use and PGs."""

import json

import pytest

from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage, decode_osd_df


def node(id_: int = 0, **more: object) -> dict[str, object]:
    """Make one row of an OSD that is half full."""
    return {
        "id": id_,
        "name": f"osd.{id_}",
        "type": "osd",
        "crush_weight": 0.5,
        "reweight": 1,
        "kb": 1000,
        "kb_used": 500,
        "kb_avail": 400,
        "utilization": 50,
        "var": 1.25,
        "pgs": 17,
        **more,
    }


def decode(text: str) -> OsdDf:
    """Decode an answer."""
    (fact,) = decode_osd_df(text.encode())
    assert isinstance(fact, OsdDf)
    return fact


def of(*nodes: dict[str, object], **more: object) -> OsdDf:
    """Decode an answer of these rows."""
    return decode(json.dumps({"nodes": nodes, **more}))


HALF_FULL = OsdUsage(
    size=1_024_000,
    used=512_000,
    avail=409_600,
    utilization=0.5,
    variance=1.25,
    pgs=17,
    crush_weight=0.5,
    reweight=1,
)


def test_units() -> None:
    """KiB become bytes, percents become ratios."""
    fact = of(node(), summary={"average_utilization": 40, "dev": 3})
    assert fact.osds == {0: HALF_FULL}
    assert fact.average_utilization == 0.4


def test_device_class() -> None:
    """From 12 on an OSD has a device class."""
    assert of(node(device_class="ssd")).osds[0].device_class == "ssd"


def test_stray() -> None:
    """An OSD outside of the CRUSH map is not left out."""
    assert of(node(1), stray=[node(2)]).osds == {1: HALF_FULL, 2: HALF_FULL}


def test_the_first_of_several_rows() -> None:
    """An OSD in two CRUSH trees has two rows; one counts. Buckets count never."""
    rows = [node(-1, type="root"), node(0), node(0, crush_weight=9)]
    assert of(*rows).osds == {0: HALF_FULL}


def test_bare_nan() -> None:
    """10 divides by the size of an OSD that never told it; what follows is not known, not 0."""
    fact = decode(
        '{"nodes":[{"id":4,"crush_weight":0.5,"reweight":0.0,"kb":0,"kb_used":0,"kb_avail":0,'
        '"utilization":-nan,"var":-nan,"pgs":3}],"stray":[],"summary":{"average_utilization":-nan}}'
    )
    assert fact.osds == {4: OsdUsage(pgs=3, crush_weight=0.5, reweight=0)}
    assert fact.average_utilization is None


def test_no_size() -> None:
    """Later releases print 0 for such an OSD, which means no more."""
    fact = of(node(kb=0, kb_used=0, kb_avail=0, utilization=0, var=0, pgs=0))
    assert fact.osds == {0: OsdUsage(pgs=0, crush_weight=0.5, reweight=1)}


def test_an_empty_osd() -> None:
    """An OSD that is empty has a use of 0, which is known."""
    found = of(node(kb_used=0, utilization=0, var=0)).osds[0]
    assert (found.used, found.utilization, found.variance) == (0, 0, 0)


def test_other_document() -> None:
    """An answer without rows is refused."""
    with pytest.raises(DecodeError, match="nodes"):
        decode_osd_df(b"{}")
