"""The commands of the command line: serve, once, check, record."""
