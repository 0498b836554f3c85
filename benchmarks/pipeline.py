"""Measures the steps of a poll without network, and other ways to produce the same page.

`python -m benchmarks.pipeline OSDS` prints the results as JSON. Each size is measured in a new
process, which starts with clean memory. A poll reads all documents that the default collectors
need, including the slow ones, from a simulated cluster over restful (Ceph 18).
"""

import gc
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple, TypeVar

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric, UntypedMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from ceph_exporter import exposition, facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.exposition import Format, Lines, Renderer
from ceph_exporter.facts import DOCUMENTS, Decoder, Decoding, Fact, Facts
from ceph_exporter.metric import Columns, Family
from ceph_exporter.simulator import Simulated
from ceph_exporter.simulator.simulated import names
from ceph_exporter.web.compress import Compressed

T = TypeVar("T")

_POLLS = 5
_AGE = 40.0
"""Simulated seconds between two polls."""
_USED = tuple(collector for collector in COLLECTORS.values() if collector.default)


class Steps(NamedTuple):
    """CPU seconds of each step; the median of all polls except the first."""

    decode: float
    collect: float
    render: float
    compress: float


class Figures(NamedTuple):
    """The costs for a cluster of one size, in seconds and bytes."""

    osds: int
    answers: int
    """The total size of all documents."""
    series: int
    page: int
    page_gzip: int
    first: float
    """All steps of the first poll, which cannot reuse any results."""
    steps: Steps
    steps_zlib: float
    """Compressing the page with zlib instead."""
    wall: float
    typed: float
    """Decoding the same documents into typed objects, and nothing else."""
    join: float
    """Joining the rendered lines to a page, and nothing else."""
    json_loads: float
    prometheus_client: float
    """Building and rendering the families with prometheus-client from their labels and values."""
    memcpy: float
    """Copying the page once."""


class _Poll(NamedTuple):
    steps: Steps
    wall: float
    lines: Lines
    body: Compressed
    decoded: Facts


def measure(osds: int) -> Figures:
    """Poll a cluster of this size a few times and measure each step."""
    age = 0.0
    cluster = Simulated(osds, age=lambda: age)
    cluster.incidents = ()
    renderers = {collector.name: Renderer() for collector in _USED}
    decoding, polls = Decoding(), list[_Poll]()
    for _ in range(_POLLS):
        age += _AGE
        documents = documents_of(cluster)
        gc.freeze()  # the objects of the simulated cluster are not part of the poll
        before = polls[-1].decoded if polls else Facts()
        polls = [poll._replace(lines={}, decoded=Facts()) for poll in polls]
        polls.append(_poll(decoding, documents, renderers, before))
        del before
    lines = polls[-1].lines
    page = exposition.page([lines], Format.TEXT)
    each = page.splitlines(keepends=True)
    client = _registry(page)
    typed = dict(_typed(documents))
    return Figures(
        osds=osds,
        answers=sum(map(len, documents.values())),
        series=sum(renderer.series for renderer in renderers.values()),
        page=len(page),
        page_gzip=len(polls[-1].body.start),
        first=sum(polls[0].steps),
        steps=Steps(*(median(steps) for steps in zip(*(p.steps for p in polls[1:]), strict=True))),
        steps_zlib=_best(lambda: zlib.compress(page, 1)),
        wall=median(poll.wall for poll in polls[1:]),
        typed=_best(lambda: [typed[name](body) for name, body in documents.items()]),
        join=_best(lambda: b"".join(each)),
        json_loads=_best(lambda: [json.loads(body) for body in documents.values()]),
        prometheus_client=_best(lambda: generate_latest(client), times=2),
        memcpy=_best(lambda: bytearray(page)),
    )


def _poll(
    decode: Decoding, documents: dict[str, bytes], renderers: dict[str, Renderer], before: Facts
) -> _Poll:
    start = time.perf_counter()
    new, decoding = _timed(lambda: dict(_decoded(decode, documents)))
    decoded = Facts(new, before.cache)
    families, collecting = _timed(lambda: _collected(decoded))
    lines, rendering = _timed(lambda: _rendered(renderers, families))
    body, compressing = _timed(lambda: Compressed(exposition.parts([lines], Format.TEXT)))
    wall = time.perf_counter() - start
    return _Poll(Steps(decoding, collecting, rendering, compressing), wall, lines, body, decoded)


def documents_of(cluster: Simulated) -> dict[str, bytes]:
    """Return the documents that a poll for the default collectors requests, by name."""
    decoded: dict[type[Fact], Fact] = {}
    documents = {}
    wanted = frozenset().union(*(collector.documents for collector in _USED))
    for name in names("restful"):
        fact = DOCUMENTS.get(name)
        if fact is None or name not in wanted or fact.redundant(Facts(decoded)):
            continue
        documents[name] = cluster.body("restful", name) or b""
        decoded.update({type(each): each for each in facts.decode(name, documents[name])})
    return documents


def _decoded(decode: Decoding, documents: dict[str, bytes]) -> Iterator[tuple[type[Fact], Fact]]:
    for name, body in documents.items():
        for fact in decode(name, body).facts:
            yield type(fact), fact


def _collected(decoded: Facts) -> dict[str, list[Family]]:
    return {
        collector.name: [
            (metric, samples if isinstance(samples, Columns) else list(samples))
            for metric, samples in collector.collect(decoded)
        ]
        for collector in _USED
    }


def _rendered(renderers: dict[str, Renderer], families: dict[str, list[Family]]) -> Lines:
    lines: dict[Any, bytes] = {}
    for name, collected in families.items():
        lines |= renderers[name].lines(collected)
    return lines


def _typed(documents: dict[str, bytes]) -> Iterator[tuple[str, Callable[[bytes], object]]]:
    """Yield the typed decoder of each document; in the module of the fact it is named `_decode`."""
    for name in documents:
        module = sys.modules[DOCUMENTS[name].__module__]
        decoder = vars(module).get("_decode")
        yield name, decoder if isinstance(decoder, Decoder) else msgspec.json.Decoder().decode


def _registry(page: bytes) -> CollectorRegistry:
    """Return a registry that collects the samples of a page, which is parsed here in advance."""
    read = [
        (family, [(tuple(sample.labels.values()), sample.value) for sample in family.samples])
        for family in text_string_to_metric_families(page.decode())
    ]

    class Samples(Collector):
        def collect(self) -> Iterator[Metric]:
            for family, samples in read:
                labels = tuple(family.samples[0].labels)
                copy = UntypedMetricFamily(family.name, family.documentation, labels=labels)
                for values, value in samples:
                    copy.add_metric(values, value)
                yield copy

    registry = CollectorRegistry()
    registry.register(Samples())
    return registry


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def _best(work: Callable[[], object], times: int = 4) -> float:
    return min(_timed(work)[1] for _ in range(times))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))) + "\n")
