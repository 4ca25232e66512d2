"""Who traces, built from the configuration."""

from gateway.config import TracesSettings
from gateway.web.tracing import Tracer


def tracer_for(settings: TracesSettings, worker: str) -> Tracer | None:
    """Make what sends traces to a collector; none where none is configured."""
    if settings.endpoint is None:
        return None
    # Without the extra it cannot be imported, and with it that takes a fifth of a second.
    from gateway.traces.tracer import OtelTracer  # noqa: PLC0415  # said above

    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    return OtelTracer.to(settings.endpoint, headers, sample=settings.sample, worker=worker)
