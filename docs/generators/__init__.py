"""Generates the files that scripts/generate writes; each kind of file has a module."""
