"""Spans of OpenTelemetry, made in a process and sent in the background.

Whatever is wrong with the collector, calls do not wait for it: spans wait in a queue that is
bounded, and what does not fit is dropped.
"""

import logging
import threading
from collections.abc import Mapping
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace import Span as Recorded

from gateway.spans import Told
from gateway.traces.telling import TellingExporter
from gateway.web.tracing import Trace

_NAME = "session-gateway"
_EXPORT_SECONDS = 5.0
_CLOSING_SECONDS = 2.0
_ERROR = "error.type"


class OtelTracer:
    """Begins the spans of calls, each with the ids that the call is known by anyway."""

    def __init__(self, processor: SpanProcessor, *, sample: float, worker: str = "1") -> None:
        """Take what becomes of spans, and the share of traces of which any are made.

        A client that says that its trace is not sampled is heeded; one that says it is counts no
        more than others.
        """
        share = TraceIdRatioBased(sample)
        sampler = ParentBased(
            share, remote_parent_sampled=share, remote_parent_not_sampled=ALWAYS_OFF
        )
        told = {"service.version": version(_NAME), "service.instance.id": f"worker-{worker}"}
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=sampler,
            resource=Resource.create({"service.name": _NAME, **told}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(_NAME)

    @classmethod
    def to(
        cls, endpoint: str, headers: Mapping[str, str], *, sample: float, worker: str
    ) -> "OtelTracer":
        """Make one that sends spans to a collector, by OTLP over HTTP."""
        # Of its own it logs each failure, and each span that is dropped.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        exporter = OTLPSpanExporter(endpoint, headers=headers, timeout=_EXPORT_SECONDS)
        processor = BatchSpanProcessor(TellingExporter(exporter))
        return cls(processor, sample=sample, worker=worker)

    def call(self, name: str, trace: Trace, told: Mapping[str, Told]) -> "OtelSpan":
        """Begin the span of a call, at its place in its trace."""
        parent = None if trace.parent_id is None else _remote(trace, trace.parent_id)
        self._ids.choose(trace)
        span = self._tracer.start_span(
            name, context=parent, kind=SpanKind.SERVER, attributes=dict(told)
        )
        return OtelSpan(self._tracer, span)

    def close(self) -> None:
        """Send what is left, for as long as nobody minds."""
        # Its own wait for a collector that hangs is longer than a process may take to stop.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSING_SECONDS)


class OtelSpan:
    """A stretch of work, as OpenTelemetry records it."""

    def __init__(self, tracer: Tracer, span: Recorded) -> None:
        self._tracer = tracer
        self._span = span

    @property
    def traceparent(self) -> str:
        """Write its place in the trace."""
        at = self._span.get_span_context()
        return str(Trace(f"{at.trace_id:032x}", f"{at.span_id:016x}", int(at.trace_flags)))

    def child(self, name: str, told: Mapping[str, Told], *, is_outward: bool = False) -> "OtelSpan":
        """Begin a part of it."""
        span = self._tracer.start_span(
            name,
            context=set_span_in_context(self._span),
            kind=SpanKind.CLIENT if is_outward else SpanKind.INTERNAL,
            attributes=dict(told),
        )
        return OtelSpan(self._tracer, span)

    def tell(self, name: str, value: Told) -> None:
        """Tell something of it."""
        self._span.set_attribute(name, value)

    def fail(self, code: str) -> None:
        """Tell that it failed."""
        self._span.set_attribute(_ERROR, code)
        self._span.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        """End it."""
        self._span.end()


class _Ids(RandomIdGenerator):
    """Draws ids, but for those of a call, which are what logs and answers call it by."""

    def __init__(self) -> None:
        self._chosen: Trace | None = None

    def choose(self, trace: Trace) -> None:
        """Have the next span take the ids of a call."""
        self._chosen = trace

    def generate_trace_id(self) -> int:
        """Give the id of a trace, which is asked for before that of its first span."""
        return (
            super().generate_trace_id() if self._chosen is None else int(self._chosen.trace_id, 16)
        )

    def generate_span_id(self) -> int:
        """Give the id of a span."""
        chosen, self._chosen = self._chosen, None
        return super().generate_span_id() if chosen is None else int(chosen.span_id, 16)


def _remote(trace: Trace, parent_id: str) -> Context:
    flags = TraceFlags(trace.flags)
    at = SpanContext(int(trace.trace_id, 16), int(parent_id, 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(at))
