"""The texts of the files that scripts/generate writes, one module for each kind of file."""
