"""The collectors: every module of this package that defines `collect` is one.

A collector declares its metrics at the top and yields their samples from facts below:

    UP = Metric("ceph_osd_up", "gauge", "OSD is up", "osd dump", Labels("ceph_daemon"))

    def collect(facts: Facts) -> Iterator[Family]:
        if dump := facts.get(OsdDump):
            yield UP, [(UP.labels(f"osd.{osd.id}"), osd.up) for osd in dump.osds]

The module's name and the first line of its docstring are the collector's name and help; its flag,
its documentation and its place on the page follow. The documents that it needs are those of its
metrics and of the fact types that it imports. A module may also define

- `DEFAULT = False`: the collector runs only when it is switched on,
- `OPTIONAL`: fact types that it uses only if another collector needs them,
- `Options`: a frozen struct, which becomes a section of the cluster's configuration under the
  collector's name, one flag a field, and the second argument of `collect`.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

import msgspec

from ceph_exporter.facts import DOCUMENTS, Fact
from ceph_exporter.metric import Family, Metric


class Collector(NamedTuple):
    """A collector module as the program sees it.

    documents: the names of those that it needs; default: it runs unless it is switched off;
    options: the struct of its settings, None if it has none; collect: turns facts, and an instance
    of `options` if there is one, into families.
    """

    name: str
    help: str
    metrics: tuple[Metric, ...]
    documents: frozenset[str]
    default: bool
    options: type[msgspec.Struct] | None
    collect: Callable[..., Iterator[Family]]


def load(package: str, path: list[str]) -> dict[str, Collector]:
    """Import the collectors of a package, sorted by name.

    Raises ImportError, naming the file to edit, for one whose declarations do not fit together.
    """
    found = sorted(pkgutil.iter_modules(path), key=lambda info: info.name)
    modules = {info.name: import_module(f"{package}.{info.name}") for info in found}
    return {
        name: collector(name, module)
        for name, module in modules.items()
        if hasattr(module, "collect")
    }


def collector(name: str, module: ModuleType) -> Collector:
    """Return the collector that a module declares; raises ImportError as `load` does."""
    values = list(vars(module).values())
    metrics = tuple(value for value in values if isinstance(value, Metric))
    facts = {value for value in values if isinstance(value, type) and issubclass(value, Fact)}
    facts -= {Fact, *getattr(module, "OPTIONAL", ())}
    for fact in facts:
        if DOCUMENTS.get(fact.document) is not fact:
            raise ImportError(
                f"{module.__file__}: it reads {fact.__name__}, whose document "
                f"{fact.document!r} is not registered; add it to {facts_file()}"
            )
    for metric in metrics:
        if metric.document not in DOCUMENTS:
            raise ImportError(
                f"{module.__file__}: {metric.name} names the document {metric.document!r}, which "
                f"is not registered; correct it there, or add the document to {facts_file()}"
            )
    return Collector(
        name=name,
        help=(module.__doc__ or "").partition("\n")[0].rstrip("."),
        metrics=metrics,
        documents=frozenset(metric.document for metric in metrics)
        | frozenset(fact.document for fact in facts),
        default=getattr(module, "DEFAULT", True),
        options=getattr(module, "Options", None),
        collect=module.collect,
    )


def facts_file() -> str:
    """Return the name of the file in which documents are registered."""
    return "ceph_exporter/facts/__init__.py"


COLLECTORS: Mapping[str, Collector] = load(__name__, list(__path__))
"""All collectors by name, which is that of the module and of the flag."""

__all__ = ["COLLECTORS", "Collector", "collector", "load"]
