"""Tests of gateway.federation."""
