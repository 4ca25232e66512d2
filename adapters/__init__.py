"""The vendors this gateway speaks with, one module each."""
