"""The collectors: every module of this package that has a `collect` is one."""

import pkgutil
from importlib import import_module
from types import ModuleType

from ceph_exporter.collectors.base import Collector, Metric


def _collector(name: str, module: ModuleType) -> Collector:
    metrics = tuple(value for value in vars(module).values() if isinstance(value, Metric))
    summary = (module.__doc__ or "").partition("\n")[0].rstrip(".")
    documents = frozenset(metric.document for metric in metrics)
    documents |= frozenset(getattr(module, "DOCUMENTS", ()))
    default = getattr(module, "DEFAULT", True)
    has_options = hasattr(module, "Options")
    return Collector(name, summary, metrics, documents, default, has_options, module.collect)


def _load() -> dict[str, Collector]:
    modules = {name: import_module(f"{__name__}.{name}") for _, name, _ in _iter()}
    return {
        name: _collector(name, module)
        for name, module in modules.items()
        if hasattr(module, "collect")
    }


def _iter() -> list[pkgutil.ModuleInfo]:
    return sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name)


COLLECTORS = _load()
"""All collectors by name; a name is that of the module and of the flag."""

__all__ = ["COLLECTORS", "Collector", "Metric"]
