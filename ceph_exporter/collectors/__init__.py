"""The collectors, one per module.

A collector declares its metrics at the top. Its function `collect` turns facts into samples:

    UP = Metric("ceph_osd_up", "gauge", "Whether the OSD is up (1) or down (0)", "osd dump", OSD)

    def collect(facts: Facts) -> Iterator[Family]:
        if dump := facts.get(OsdDump):
            yield UP, [(OSD(f"osd.{osd.id}"), osd.up) for osd in dump.osds]

The collector has the name of its module. The first line of the module's docstring is the help text
of its flag and of its section in the documentation. A collector needs the documents of its metrics
and of the fact types that its module imports. A module can also define

- `DEFAULT = False`: the collector is off unless its flag enables it.
- `OPTIONAL`: imported fact types that the collector uses only if another collector needs their
  documents.
- `Options`: a frozen struct of settings. Each field becomes a flag, and a key of the section with
  the collector's name in a cluster's configuration. `collect` takes an instance as its second
  argument.

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
    """The declarations of a collector module.

    documents: the names of the documents that the collector needs. default: whether it runs unless
    a flag disables it. options: the struct of its settings, or None. collect: turns facts into
    families; takes an instance of `options` as its second argument, unless `options` is None.
    """

    name: str
    help: str
    metrics: tuple[Metric, ...]
    documents: frozenset[str]
    default: bool
    options: type[msgspec.Struct] | None
    collect: Callable[..., Iterator[Family]]


def load(package: str, path: list[str]) -> dict[str, Collector]:
    """Import the collectors of a package and return them, sorted by name.

    Raise RegistrationError, which names the file to edit, if the declarations of a collector are
    incomplete or contradict the registry.
    """
    names = sorted(info.name for info in pkgutil.iter_modules(path) if info.name[0] != "_")
    return {name: collector(name, import_module(f"{package}.{name}")) for name in names}


def collector(name: str, module: ModuleType) -> Collector:
    """Return the collector that a module declares; raise RegistrationError, as `load` does."""
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
    """Raise RegistrationError if a module is incomplete or its documents are unclear."""
    file, rows = file_of(module.__name__), file_of(registry.__name__)
    if not module.__doc__:
        raise RegistrationError(
            f"{file}: the module has no docstring; add one, because its first line is the help "
            "text of the collector's flag"
        )
    if not hasattr(module, "collect"):
        raise RegistrationError(
            f"{file}: the module has no function `collect`; add one, or start the module's name "
            "with an underscore"
        )
    for name, value in vars(module).items():
        if isinstance(value, ModuleType) and value.__name__.startswith(_FACTS):
            raise RegistrationError(
                f"{file}: it is unknown which facts of the module `{name}` the collector reads; "
                f"instead of the module, import the fact types from {value.__name__}"
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
"""All collectors by name, sorted."""


__all__ = ["COLLECTORS", "Collector", "collector", "load"]
