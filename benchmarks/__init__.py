"""How much the exporter costs, side by side with other ways to do the same in the same run."""
