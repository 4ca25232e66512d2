"""The fake vendor that is made from a file."""
