"""Tests of what a session and a query are."""
