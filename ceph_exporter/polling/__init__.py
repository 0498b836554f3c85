"""Polling: the loop of each cluster, and what is remembered between two polls."""
