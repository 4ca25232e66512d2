"""Sending traces to a collector, by OpenTelemetry: this is what the extra ``otel`` is for."""
