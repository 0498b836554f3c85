"""The collectors: every module of this package is one.

A collector declares its metrics at the top and yields their samples from facts below:

    UP = Metric("ceph_osd_up", "gauge", "Whether the OSD is up (1) or down (0)", "osd dump", OSD)

    def collect(facts: Facts) -> Iterator[Family]:
        if dump := facts.get(OsdDump):
            yield UP, [(OSD(f"osd.{osd.id}"), osd.up) for osd in dump.osds]

The module's name and the first line of its docstring are the collector's name and help; its flag,
its documentation and its place on the page follow from them. It needs the documents of its metrics
and of the fact types that it imports. A module may also define

- `DEFAULT = False`: the collector runs only when it is switched on,
- `OPTIONAL`: fact types that it uses only if another collector needs them,
- `Options`: a frozen struct of settings. They form a section with the collector's name in the
  cluster's configuration, each field has a flag, and `collect` takes them as its second argument.

A module whose name starts with an underscore is not a collector.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

import msgspec

from ceph_exporter.facts import DOCUMENTS, Fact, RegistrationError, registry
from ceph_exporter.facts.fact import file_of
from ceph_exporter.metric import Family, Metric

_FACTS = "ceph_exporter.facts."


class Collector(NamedTuple):
    """A collector module as the program sees it.

    documents: the names of the documents that it needs; default: whether it runs unless it is
    switched off; options: the struct of its settings, None if it has none; collect: turns facts
    into families; if `options` is not None, it takes an instance of it as second argument.
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

    Raises RegistrationError, which names the file to edit, if the declarations of a collector are
    incomplete or contradict the registry.
    """
    names = sorted(info.name for info in pkgutil.iter_modules(path) if info.name[0] != "_")
    return {name: collector(name, import_module(f"{package}.{name}")) for name in names}


def collector(name: str, module: ModuleType) -> Collector:
    """Return the collector that a module declares. Raises RegistrationError, as `load` does."""
    values = list(vars(module).values())
    metrics = tuple(value for value in values if isinstance(value, Metric))
    facts = {value for value in values if isinstance(value, type) and issubclass(value, Fact)}
    _check(module, metrics, facts - {Fact})
    needed = facts - {Fact, *getattr(module, "OPTIONAL", ())}
    return Collector(
        name=name,
        help=(module.__doc__ or "").partition("\n")[0].rstrip("."),
        metrics=metrics,
        documents=frozenset(metric.document for metric in metrics)
        | frozenset(fact.document for fact in needed),
        default=getattr(module, "DEFAULT", True),
        options=getattr(module, "Options", None),
        collect=module.collect,
    )


def _check(module: ModuleType, metrics: tuple[Metric, ...], facts: set[type[Fact]]) -> None:
    """Raise RegistrationError if a module is not a collector or reads unregistered documents."""
    file, rows = file_of(module.__name__), file_of(registry.__name__)
    if not module.__doc__:
        raise RegistrationError(f"{file}: the module has no docstring, which is the flag's help")
    if not hasattr(module, "collect"):
        raise RegistrationError(
            f"{file}: the module has no function `collect`; add one, or start the module's name "
            "with an underscore"
        )
    for name, value in vars(module).items():
        if isinstance(value, ModuleType) and value.__name__.startswith(_FACTS):
            raise RegistrationError(
                f"{file}: `{name}` is a module, so it is unknown which of its facts are read; "
                f"import the fact types from {value.__name__}"
            )
    for fact in facts:
        if DOCUMENTS.get(fact.document) is not fact:
            raise RegistrationError(
                f"{file} reads {fact.__name__}, whose document {fact.document!r} is not "
                f"registered; add a row to {rows}"
            )
    for metric in metrics:
        if metric.document not in DOCUMENTS:
            raise RegistrationError(
                f"{file}: the document {metric.document!r} of {metric.name} is not registered; "
                f"correct its name, or add a row to {rows}"
            )


COLLECTORS: Mapping[str, Collector] = load(__name__, list(__path__))
"""All collectors by name, which is also the name of the module and of the flag."""


__all__ = ["COLLECTORS", "Collector", "collector", "load"]
