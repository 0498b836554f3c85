"""The document `time-sync-status`, and the same figures inside `health` up to 11."""

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import Clock, DecodeError, Health, TimeSync


def decode(body: bytes) -> TimeSync:
    """Decode the mon command's answer."""
    (fact,) = facts.decode("time-sync-status", body)
    assert isinstance(fact, TimeSync)
    return fact


def test_luminous_numbers() -> None:
    """12 and 13 print six decimals; the sign of the skew is decoded, the details are not."""
    assert decode(b"""{
        "time_skew_status": {
            "a": {"skew": 0.000000, "latency": 0.000000, "health": "HEALTH_OK"},
            "b": {"skew": -0.081200, "latency": 0.001830, "health": "HEALTH_WARN",
                  "details": "clock skew 0.0812s > max 0.05s"}},
        "timechecks": {"epoch": 8, "round": 3419, "round_status": "on-going"}}""") == TimeSync(
        {"a": Clock(0, 0, "HEALTH_OK"), "b": Clock(-0.0812, 0.00183, "HEALTH_WARN")},
        epoch=8,
        round=3419,
        ongoing=True,
    )


def test_nautilus_numbers() -> None:
    """14 and later print 17 digits, exponents and plain zeros."""
    assert decode(b"""{
        "time_skew_status": {
            "a": {"skew": 0, "latency": 0, "health": "HEALTH_OK"},
            "b": {"skew": -1.5000000000000001e-05, "latency": 0.0014781678000000002,
                  "health": "HEALTH_OK"}},
        "timechecks": {"epoch": 6, "round": 2, "round_status": "finished"}}""") == TimeSync(
        {"a": Clock(0, 0, "HEALTH_OK"), "b": Clock(-1.5e-05, 0.0014781678000000002, "HEALTH_OK")},
        epoch=6,
        round=2,
        ongoing=False,
    )


def test_no_clocks() -> None:
    """With one monitor, and after an election, no clock is listed, which is not an error."""
    body = b'{"timechecks": {"epoch": 3, "round": 0, "round_status": "finished"}}'
    assert decode(body) == TimeSync({}, 3, 0, ongoing=False)


def test_bare_nan() -> None:
    """A bare nan only affects its own figure."""
    fact = decode(b"""{"time_skew_status": {"a": {"skew": -nan, "latency": 0.5}},
        "timechecks": {"epoch": 3, "round": 1}}""")
    assert fact == TimeSync({"a": Clock(None, 0.5, "")}, 3, 1, ongoing=None)


@pytest.mark.parametrize("body", [b"{}", b'{"timechecks": []}', b'{"time_skew_status": {}}'])
def test_other_documents_are_refused(body: bytes) -> None:
    """An answer without the round of time checks is rejected."""
    with pytest.raises(DecodeError, match="timechecks"):
        decode(body)


def health(timechecks: str) -> tuple[facts.Fact, ...]:
    """Decode a `health detail` of up to 11 with these time checks."""
    body = f'{{"overall_status": "HEALTH_OK", "summary": [], "timechecks": {timechecks}}}'
    return facts.decode("health detail", body.encode())


def test_dumpling_clocks() -> None:
    """Up to 0.87 the figures in `health` are strings, which may be nan."""
    decoded, fact = health("""{"epoch": 8, "round": 3, "round_status": "on-going", "mons": [
        {"name": "01", "skew": "-0.001245", "latency": "0.001830", "health": "HEALTH_OK"},
        {"name": "02", "skew": "-0.000000", "latency": "nan", "health": "HEALTH_OK"}]}""")
    assert isinstance(decoded, Health)
    assert isinstance(fact, TimeSync)
    assert fact.clocks["01"] == Clock(-0.001245, 0.00183, "HEALTH_OK")
    assert fact.clocks["02"].skew == 0
    assert fact.clocks["02"].latency is None
    assert (fact.epoch, fact.round, fact.ongoing) == (8, 3, True)


def test_hammer_clocks() -> None:
    """From 0.94 on the figures in `health` are numbers."""
    _, fact = health("""{"epoch": 8, "round": 4, "round_status": "finished", "mons": [
        {"name": "a", "skew": 0.061000, "latency": 0.001830, "health": "HEALTH_WARN",
         "details": "clock skew 0.061s > max 0.05s"}]}""")
    assert fact == TimeSync({"a": Clock(0.061, 0.00183, "HEALTH_WARN")}, 8, 4, ongoing=False)


def test_no_clocks_in_health() -> None:
    """With one monitor, `health` has no list of clocks, but the round."""
    _, fact = health('{"epoch": 1, "round": 0, "round_status": "finished"}')
    assert fact == TimeSync({}, 1, 0, ongoing=False)


def test_no_timechecks_in_health() -> None:
    """A `health` without time checks only becomes the fact of health."""
    assert [type(fact) for fact in health("null")] == [Health]
