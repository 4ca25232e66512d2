"""Tests of gateway.paging."""
