"""What docs/build.py writes from the program's own declarations, a module for each kind of file."""
