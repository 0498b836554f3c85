"""The HTTP side: serves pages that the polls have prepared, and never sends a request to Ceph."""
