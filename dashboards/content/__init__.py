"""The Ceph dashboards as declarations, one or two files for each dashboard."""
