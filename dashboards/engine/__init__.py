"""Declarations of dashboards, and the JSON that Grafana reads; nothing here is about Ceph."""
