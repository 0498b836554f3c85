"""The exporter's costs, beside those of other ways to the same result in the same run."""
