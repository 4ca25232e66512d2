"""Tests of the adapter that is written in YAML."""
