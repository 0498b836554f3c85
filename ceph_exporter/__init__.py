"""A Prometheus exporter for Ceph 0.67 and later, which uses Ceph's HTTP APIs or librados."""

__version__ = "1.0.0"
