"""Declarations of dashboards, and their JSON for Grafana; nothing here is specific to Ceph."""
