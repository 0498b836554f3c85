"""The Ceph dashboards as declarations, in one or more files for each dashboard."""
