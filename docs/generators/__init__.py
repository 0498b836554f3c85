"""Texts of the files that scripts/generate writes, a module for each kind of file."""
