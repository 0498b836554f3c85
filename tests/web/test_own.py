"""The exporter's own metrics on the page: rendered once a second, and not by scrapes."""

import gzip
import logging
import re
import threading
import time

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from ceph_exporter import own_metrics
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.exposition import Format
from ceph_exporter.polling import snapshot
from ceph_exporter.web import own
from ceph_exporter.web.compress import Compressed
from ceph_exporter.web.own import EXPIRES, INTERVAL, OwnMetrics
from ceph_exporter.web.pages import REQUESTED_FOR
from ceph_exporter.web.request import Request
from tests.documents import ROOT, block


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Format]:
    """Record each rendering."""
    formats: list[Format] = []
    original = own._rendered

    def record(format_: Format) -> bytes:
        formats.append(format_)
        return original(format_)

    monkeypatch.setattr(own, "_rendered", record)
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)  # a busy machine makes it rarer
    return formats


@pytest.mark.parametrize(
    ("format_", "parse"), [(Format.TEXT, parse_text), (Format.OPENMETRICS, parse_openmetrics)]
)
def test_both_formats_are_valid(format_: Format, parse: object) -> None:
    """prometheus-client's own parsers read them, and the compressed bytes are the same."""
    tail = OwnMetrics().tail(format_)
    families = {family.name for family in parse(tail.plain.decode())}  # type: ignore[operator]
    assert {"process_cpu_seconds", "ceph_exporter_build_info", "python_info"} <= families
    body = Compressed([b"ceph_up 1\n"])
    assert gzip.decompress(body.start + body.end(tail)) == b"ceph_up 1\n" + tail.plain


def test_scrapes_do_not_render(rendered: list[Format]) -> None:
    """The first scrape renders, the others send the same object, which is renewed once a second."""
    now = 100.0
    ready = OwnMetrics(clock=lambda: now)
    first = ready.tail(Format.TEXT)
    ready.refresh()
    assert all(ready.tail(Format.TEXT) is first for _ in range(100))
    assert rendered == [Format.TEXT]
    now += INTERVAL
    assert ready.tail(Format.TEXT) is first
    ready.refresh()
    assert ready.tail(Format.TEXT) is not first
    assert rendered == [Format.TEXT] * 2


def test_many_clusters_make_it_rarer(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it takes 0.1 s of CPU time, it happens every 5 seconds; a scrape does it after 15."""
    now, renderings = 100.0, []

    def render(format_: Format) -> bytes:
        nonlocal now
        now += 0.1
        renderings.append(format_)
        return b""

    monkeypatch.setattr(own, "_rendered", render)
    monkeypatch.setattr(time, "thread_time", lambda: now)
    ready = OwnMetrics(clock=lambda: now)
    ready.tail(Format.TEXT)
    for passed, expected in ((4.0, 1), (1.0, 2)):
        now += passed
        ready.refresh()
        assert len(renderings) == expected
    now += 14.0
    ready.tail(Format.TEXT)
    assert len(renderings) == 2
    now += 1.0
    ready.tail(Format.TEXT)
    assert len(renderings) == 3


def test_old_metrics_are_not_sent(rendered: list[Format]) -> None:
    """If nobody has refreshed them, a scrape renders them itself."""
    now = 100.0
    ready = OwnMetrics(clock=lambda: now)
    ready.tail(Format.TEXT)
    now += EXPIRES
    ready.tail(Format.TEXT)
    assert len(rendered) == 2


def test_nothing_is_rendered_while_nobody_scrapes(rendered: list[Format]) -> None:
    """A format is no longer rendered some minutes after the last scrape."""
    now = 100.0
    ready = OwnMetrics(clock=lambda: now)
    ready.refresh()
    assert rendered == []
    ready.tail(Format.OPENMETRICS)
    now += REQUESTED_FOR
    ready.refresh()
    assert len(rendered) == 1


def test_a_reload_shows_at_once(rendered: list[Format]) -> None:
    """A changed state is rendered by the next scrape."""
    state = ["loaded"]
    ready = OwnMetrics(lambda: tuple(state), clock=lambda: 100.0)
    first = ready.tail(Format.TEXT)
    state.append("reloaded")
    assert ready.tail(Format.TEXT) is not first
    assert len(rendered) == 2


def test_one_thread_renders(rendered: list[Format]) -> None:
    """Many scrapes at once render once."""
    ready, barrier = OwnMetrics(), threading.Barrier(20)

    def scrape() -> None:
        barrier.wait(10)
        ready.tail(Format.TEXT)

    threads = [threading.Thread(target=scrape) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert rendered == [Format.TEXT]


def test_a_failure_costs_only_the_own_metrics(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is complete without them, and the log says it once."""

    def fail(_: Format) -> bytes:
        raise ValueError("unlimited")

    monkeypatch.setattr(own, "_rendered", fail)
    now = 100.0
    ready = OwnMetrics(clock=lambda: now)
    with caplog.at_level(logging.ERROR, "ceph_exporter"):
        assert ready.tail(Format.OPENMETRICS).plain == b"# EOF\n"
        now += EXPIRES
        assert ready.tail(Format.TEXT).plain == b""
    assert [record.message for record in caplog.records] == [
        "own metrics failed; please report this"
    ]


def test_the_documented_rule_keeps_the_own_metrics_only() -> None:
    """The job in docs/web.md that goes with `/probe` keeps these metrics and no other."""
    job = block(ROOT / "docs" / "web.md", "## Discovery", 2)
    (pattern,) = re.findall('regex: "(.+)"', job)
    suffixed = {"ceph_exporter_poll_latency_seconds": "ceph_exporter_poll_latency_seconds_bucket"}
    kept = {suffixed.get(metric.name, metric.name) for metric in own_metrics.METRICS}
    others = {one.name for module in COLLECTORS.values() for one in module.metrics}
    others |= {metric.name for metric in snapshot.METRICS}
    assert {name for name in kept | others if re.fullmatch(pattern, name)} == kept


def test_scrapes_are_counted_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests for the pages of metrics count, others do not."""
    codes: list[int] = []
    monkeypatch.setattr(own_metrics, "count_scrape", codes.append)
    count = own.counter(("/metrics", "/probe"))
    for path, status in (("/metrics", 200), ("/probe", 404), ("/", 200), ("/metrics", 401)):
        count(Request(path, {}, {}), status)
    assert codes == [200, 404, 401]
