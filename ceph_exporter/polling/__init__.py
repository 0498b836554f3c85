"""The polling loop of each cluster, and the state that it keeps between polls."""
