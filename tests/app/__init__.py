"""Tests of how the gateway is put together."""
