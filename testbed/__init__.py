"""Starts real programs for tests and benchmarks: Ceph, Prometheus, exporters, other servers."""
