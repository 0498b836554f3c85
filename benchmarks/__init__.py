"""Measures the costs of the exporter, and of other ways to get the same result, in one run."""
