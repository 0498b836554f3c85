"""A Ceph cluster that lives in memory: for the demo, for benchmarks and for the tests."""
