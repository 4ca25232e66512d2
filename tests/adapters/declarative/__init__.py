"""The adapter that is described by a file, and what there is to work on such a file."""
