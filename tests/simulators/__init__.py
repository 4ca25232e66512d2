"""Tests of the adapter interface."""
