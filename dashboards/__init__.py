"""The Grafana dashboards as declarations, and the JSON in `grafana/` that is made of them."""
