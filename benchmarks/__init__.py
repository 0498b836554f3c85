"""The exporter's costs, compared in the same run with other ways to get the same result."""
