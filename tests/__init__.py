"""The tests: real things first."""
