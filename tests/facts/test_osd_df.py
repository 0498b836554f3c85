"""The document `osd df`: sizes, usage and PGs."""

import json

import msgspec
import pytest

from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage, decode_osd_df


def node(id_: int = 0, **fields: object) -> dict[str, object]:
    """Return one row of an OSD that is half full."""
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
        **fields,
    }


def decode(text: str) -> OsdDf:
    """Decode an answer."""
    (fact,) = decode_osd_df(text.encode())
    assert isinstance(fact, OsdDf)
    return fact


def of(*nodes: dict[str, object], **fields: object) -> OsdDf:
    """Decode an answer with these rows."""
    return decode(json.dumps({"nodes": nodes, **fields}))


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
    """An OSD outside the CRUSH map is included."""
    assert of(node(1), stray=[node(2)]).osds == {1: HALF_FULL, 2: HALF_FULL}


def test_the_first_of_several_rows() -> None:
    """An OSD in two CRUSH trees has two rows, and the first one counts; buckets never count."""
    rows = [node(-1, type="root"), node(0), node(0, crush_weight=9)]
    assert of(*rows).osds == {0: HALF_FULL}


def test_bare_nan() -> None:
    """10 divides by 0 for an OSD that never reported its size: the figures are None, not 0."""
    fact = decode(
        '{"nodes":[{"id":4,"crush_weight":0.5,"reweight":0.0,"kb":0,"kb_used":0,"kb_avail":0,'
        '"utilization":-nan,"var":-nan,"pgs":3}],"stray":[],"summary":{"average_utilization":-nan}}'
    )
    assert fact.osds == {4: OsdUsage(pgs=3, crush_weight=0.5, reweight=0)}
    assert fact.average_utilization is None


def test_no_size() -> None:
    """Later releases print 0 for such an OSD: the figures are None as well."""
    fact = of(node(kb=0, kb_used=0, kb_avail=0, utilization=0, var=0, pgs=0))
    assert fact.osds == {0: OsdUsage(pgs=0, crush_weight=0.5, reweight=1)}


def test_an_empty_osd() -> None:
    """An empty OSD has a usage of 0."""
    usage = of(node(kb_used=0, utilization=0, var=0)).osds[0]
    assert (usage.used, usage.utilization, usage.variance) == (0, 0, 0)


def test_other_document() -> None:
    """An answer without rows is rejected."""
    with pytest.raises(DecodeError, match="nodes"):
        decode_osd_df(b"{}")


@pytest.mark.parametrize("wrong", [-1, 2**63, 2**64 - 5, None])
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("kb_used", "used"),
        ("kb_avail", "avail"),
        ("utilization", "utilization"),
        ("var", "variance"),
        ("pgs", "pgs"),
        ("crush_weight", "crush_weight"),
        ("reweight", "reweight"),
    ],
)
def test_an_impossible_number_is_absent(name: str, field: str, wrong: int | None) -> None:
    """A number that is negative, wrapped around or missing is None, and costs no other number."""
    expected = msgspec.structs.replace(HALF_FULL, **{field: None})
    assert of({**node(), name: wrong}).osds == {0: expected}


def test_parts_of_the_use() -> None:
    """From 14 on, the use of an OSD has parts, also if another number of the row is broken."""
    parts = {"kb_used_data": 400, "kb_used_omap": 0, "kb_used_meta": 100}
    expected = {"data": 409_600, "omap": 0, "meta": 102_400}
    for pgs in (17, None):
        row = of({**node(pgs=pgs), **parts}).osds[0]
        assert {name: getattr(row, name) for name in expected} == expected


def test_parts_of_another_store() -> None:
    """An OSD without BlueStore reports three zeros, which are unknown and not empty."""
    row = of(node(kb_used_data=0, kb_used_omap=0, kb_used_meta=0)).osds[0]
    assert (row.data, row.omap, row.meta) == (None, None, None)


def test_an_impossible_part() -> None:
    """A part that is impossible is None; the others are not."""
    row = of(node(kb_used_data=400, kb_used_omap=-1, kb_used_meta=2**63)).osds[0]
    assert (row.data, row.omap, row.meta) == (409_600, None, None)


def test_parts_without_a_size() -> None:
    """An OSD that never reported its size has no parts."""
    row = of(node(kb=0, kb_used_data=400, kb_used_omap=1, kb_used_meta=1)).osds[0]
    assert (row.data, row.omap, row.meta) == (None, None, None)
