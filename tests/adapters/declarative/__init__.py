"""Tests of the adapter that does what a file says."""
