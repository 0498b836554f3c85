"""All collectors: each is loaded, and yields the metrics that it declares."""

import ast
import inspect
import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from ceph_exporter import collectors
from ceph_exporter.collectors import COLLECTORS, Collector
from ceph_exporter.facts import DOCUMENTS, Fact, Facts, RegistrationError, osd_dump
from ceph_exporter.facts.fact import file_of
from ceph_exporter.metric import Metric
from ceph_exporter.polling import snapshot
from tests.golden.eras import ERAS, facts_of

MODULES = {
    path.stem: import_module(f"ceph_exporter.collectors.{path.stem}")
    for path in Path(collectors.__path__[0]).glob("*.py")
    if path.stem != "__init__"
}
each = pytest.mark.parametrize("collector", COLLECTORS.values(), ids=list(COLLECTORS))


def test_each_module_is_a_collector() -> None:
    """Each module of the package is a collector, except those with an underscore."""
    modules = {name for name in MODULES if not name.startswith("_")}
    assert set(COLLECTORS) == modules >= {"cluster", "health", "monitors"}


def test_order_is_that_of_the_names() -> None:
    """The collectors come in the order of their names, so that pages and docs are stable."""
    assert list(COLLECTORS) == sorted(COLLECTORS)


@each
def test_a_collector_explains_itself(collector: Collector) -> None:
    """The name is that of the module, and the help its first line without the stop."""
    module = MODULES[collector.name]
    assert module.__doc__ is not None
    assert f"{collector.help}." == module.__doc__.splitlines()[0]
    assert collector.collect is module.collect
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", collector.name)


@each
def test_each_declared_metric_is_yielded(collector: Collector) -> None:
    """Each metric that a module declares is used in it, by its name or by way of all names."""
    tree = ast.parse(inspect.getsource(MODULES[collector.name]))
    used = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    declared = {
        name for name, value in vars(MODULES[collector.name]).items() if isinstance(value, Metric)
    }
    assert len(declared) == len(collector.metrics)
    assert collector.metrics or collector.documents  # Ceph names the perf counters
    file = file_of(MODULES[collector.name].__name__)
    surplus = set() if used & {"globals", "vars"} else declared - used
    assert not surplus, f"{file}: `{min(surplus)}` is declared and not yielded"


@each
@pytest.mark.parametrize("era", ERAS)
def test_what_is_yielded_is_declared(collector: Collector, era: str) -> None:
    """A collector yields metrics of its own only, each once, in any era; or Ceph's counters."""
    yielded = Counter(metric for metric, _ in collector.collect(facts_of(era)))
    surplus = {metric.name for metric in set(yielded) - set(collector.metrics)}
    file = file_of(MODULES[collector.name].__name__)
    assert not surplus or collector.name == "perf_counters", f"{file}: declare {min(surplus)}"
    assert set(yielded.values()) <= {1}


@each
def test_there_are_no_samples_without_documents(collector: Collector) -> None:
    """Without any document a collector has no samples: unknown values are absent."""
    assert [sample for _, samples in collector.collect(Facts()) for sample in samples] == []


def test_names_are_unique() -> None:
    """No name is declared twice, neither by two collectors nor beside the exporter's own."""
    everything = [metric for collector in COLLECTORS.values() for metric in collector.metrics]
    names = Counter(metric.name for metric in [*everything, *snapshot.METRICS])
    assert [name for name, times in names.items() if times > 1] == []


@each
def test_metrics_are_well_formed(collector: Collector) -> None:
    """Each metric has a valid name and labels, a short help, and a registered document.

    A name that another exporter has for the same fact may have that exporter's prefix.
    """
    for metric in collector.metrics:
        assert re.fullmatch(r"(ceph|radosgw_usage)_[a-z0-9_]+", metric.name)
        assert metric.type in ("gauge", "counter", "untyped")
        assert metric.document in DOCUMENTS
        assert metric.help == metric.help.strip()
        assert not metric.help.endswith(".")
        assert len(metric.help_line) <= 120
        assert not re.match(r"(The|A|An) |Ceph\b", metric.help)
        assert not metric.detail or metric.detail.endswith(".")
        assert metric.until or not metric.later
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in metric.labels.names)
        assert len(set(metric.labels.names)) == len(metric.labels.names)


@pytest.mark.parametrize("name", COLLECTORS)
def test_every_document_that_a_collector_reads_is_requested(name: str) -> None:
    """The documents that `collect` reads are among those that the collector needs."""
    module = MODULES[name]
    read = re.findall(r"facts\.get\((\w+)\)", inspect.getsource(module))
    documents = {getattr(module, fact).document for fact in read}
    optional = {fact.document for fact in getattr(module, "OPTIONAL", ())}
    assert documents - COLLECTORS[name].documents - optional == set()


def module_of(**values: object) -> ModuleType:
    """Return a module of the collectors with a docstring, `collect` and these values."""
    module = ModuleType("ceph_exporter.collectors.example", "Example.")
    vars(module).update({"collect": lambda _: iter(())} | values)
    return module


class Unregistered(Fact, frozen=True):
    """A fact whose document nobody registered."""

    document = "osd nothing"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param({"collect": None}, "no function `collect`", id="no collect"),
        pytest.param({"__doc__": ""}, "no docstring", id="no docstring"),
        pytest.param({"osd_dump": osd_dump}, "import the fact types from", id="module"),
        pytest.param({"X": Unregistered}, "ceph_exporter/facts/registry.py", id="document"),
        pytest.param(
            {"X": Metric("ceph_x", "gauge", "Text", "osd nothing")},
            "ceph_exporter/facts/registry.py",
            id="document of a metric",
        ),
    ],
)
def test_an_incomplete_collector_is_an_error(values: dict[str, object], text: str) -> None:
    """Whatever is missing, the error names the file to edit."""
    module = module_of(**values)
    if values.get("collect", module) is None:
        del module.collect
    with pytest.raises(RegistrationError) as error:
        collectors.collector("example", module)
    assert str(error.value).startswith("ceph_exporter/collectors/example.py")
    assert text in str(error.value)
