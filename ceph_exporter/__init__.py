"""A Prometheus exporter for Ceph 0.67 and later, which uses Ceph's HTTP APIs or librados."""

from typing import TYPE_CHECKING

__version__ = "1.0.0"
__all__ = ["CephCollector", "__version__"]

if TYPE_CHECKING:
    from ceph_exporter.library import CephCollector
else:

    def __getattr__(name: str) -> object:
        """Import CephCollector when it is first used: it loads everything that polls Ceph."""
        if name == "CephCollector":
            from ceph_exporter.library import CephCollector  # noqa: PLC0415

            return CephCollector
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
