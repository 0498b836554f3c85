"""Real programs on this machine, for tests and benchmarks: Ceph, Prometheus, exporters, servers."""
