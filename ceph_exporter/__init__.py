"""Prometheus exporter for Ceph over Ceph's own HTTP APIs, from 0.67 to today."""

__version__ = "1.0.0"
