"""The Grafana dashboards: an engine that writes JSON, and the content that it is written from."""
