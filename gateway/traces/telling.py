"""Handing spans to a collector, and telling once that it takes none, or takes them again."""

import logging
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_LOG = logging.getLogger(__name__)


class TellingExporter(SpanExporter):
    """Exports by another, whatever becomes of it."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._has_failed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export spans. What cannot be exported is dropped."""
        try:
            result = self._exporter.export(spans)
        except Exception:  # noqa: BLE001  # whatever it is, calls have nothing to do with it
            result = SpanExportResult.FAILURE
        self._tell(has_failed=result is not SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """End the other."""
        self._exporter.shutdown()

    def _tell(self, *, has_failed: bool) -> None:
        if has_failed and not self._has_failed:
            _LOG.warning("traces: the collector takes none; they are dropped until it does")
        if self._has_failed and not has_failed:
            _LOG.info("traces: the collector takes them again")
        self._has_failed = has_failed
