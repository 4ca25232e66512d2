"""Calls are traced: a span a call, one for each backend that is asked, one for each request."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.simulators.cortex import CortexSimulator
from gateway.config import BackendSettings
from gateway.traces.tracer import OtelTracer
from tests.laboratory import http_faults as http
from tests.laboratory.server import FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend, running, settings_for

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
NOT_SAMPLED = {"traceparent": f"00-{TRACE}-{PARENT}-00"}


@pytest.fixture
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


def samba(server: FaultServer, **settings: object) -> BackendSettings:
    options = {"url": server.url(), "developer_key": "canary-key"}
    return backend("digital_samba", options, name="samba", **settings)


class Recorder:
    """Keeps spans that have ended."""

    def __init__(self, sample: float = 1.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracer = OtelTracer(SimpleSpanProcessor(self.exporter), sample=sample)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """Give them, those that began first, first."""
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time or 0)


def parent_of(span: ReadableSpan) -> str | None:
    return f"{span.parent.span_id:016x}" if span.parent else None


def id_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


def sent_to(server: FaultServer) -> str:
    return b"".join(arrival.sent for arrival in server.arrivals).decode().lower()


async def test_a_call_goes_on_with_its_client_s_trace(vendor: FaultServer) -> None:
    recorder = Recorder()
    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        answer = await gateway.get("/v1/sessions", headers=SENT)
    call, part, request = recorder.spans

    assert [each.name for each in (call, part, request)] == [
        "GET /v1/sessions",
        "backend samba",
        "GET",
    ]
    assert {f"{each.context.trace_id:032x}" for each in recorder.spans if each.context} == {TRACE}
    assert [parent_of(each) for each in (call, part, request)] == [PARENT, id_of(call), id_of(part)]
    assert [each.kind for each in (call, part, request)] == [
        SpanKind.SERVER,
        SpanKind.INTERNAL,
        SpanKind.CLIENT,
    ]
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{id_of(call)}-01"


async def test_spans_tell_what_came_of_it_and_nothing_that_was_sent(vendor: FaultServer) -> None:
    recorder = Recorder()
    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        await gateway.get("/v1/sessions", q="a-secret-person")
        await gateway.get("/v1/sessions/a-secret-person:1")
        await gateway.get("/a-secret-path")
    call, part, request, one, nowhere = recorder.spans

    assert call.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/sessions",
        "http.response.status_code": 200,
    }
    assert part.attributes == {"session_gateway.backend": "samba"}
    assert request.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }
    assert (one.name, nowhere.name) == ("GET /v1/sessions/{id}", "GET (unknown)")
    told = " ".join(span.to_json() for span in recorder.spans)
    assert "secret" not in told
    assert "canary" not in told


async def test_what_failed_is_told_by_its_code(vendor: FaultServer) -> None:
    vendor.fault = http.replying(b"a canary", "503 Gone")
    recorder = Recorder()
    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        await gateway.get("/v1/sessions")
    call, part, *requests = recorder.spans

    def failure(span: ReadableSpan) -> tuple[StatusCode, object]:
        return span.status.status_code, (span.attributes or {}).get("error.type")

    assert failure(call) == (StatusCode.ERROR, "unavailable")
    assert failure(part) == (StatusCode.ERROR, "unavailable")
    assert len(requests) == vendor.count("GET")
    assert {(each.attributes or {})["http.response.status_code"] for each in requests} == {503}
    assert "canary" not in " ".join(span.to_json() for span in recorder.spans)


@pytest.mark.parametrize(
    ("sample", "headers", "count", "flags"),
    [(1.0, {}, 3, "1"), (1.0, NOT_SAMPLED, 0, "0"), (0.0, SENT, 0, "0"), (0.0, {}, 0, "0")],
)
async def test_a_client_may_have_nothing_recorded_but_not_everything(
    sample: float, headers: dict[str, str], count: int, flags: str, vendor: FaultServer
) -> None:
    recorder = Recorder(sample)
    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        answer = await gateway.get("/v1/sessions", headers=headers)

    assert len(recorder.spans) == count
    assert f"{int(answer.headers['traceresponse'][-2:], 16) & 1}" == flags


async def test_a_vendor_is_told_of_the_trace_only_where_the_backend_says_so(
    vendor: FaultServer,
) -> None:
    recorder = Recorder()
    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        await gateway.get("/v1/sessions", headers=SENT)
        assert "traceparent" not in sent_to(vendor)
        await gateway.reload(settings_for(samba(vendor, trace_context=True)))
        await gateway.get("/v1/sessions", headers=SENT)

    assert f"'traceparent': '00-{TRACE}-{id_of(recorder.spans[-1])}-01'" in sent_to(vendor)


async def test_calls_over_a_websocket_are_traced_by_their_methods() -> None:
    cortex, recorder = CortexSimulator(rows=3, seed=1, clock=noon), Recorder()
    configured = backend("cortex", cortex.options(await cortex.start()))
    async with running(settings_for(configured), tracer=recorder.tracer) as gateway:
        await gateway.get("/v1/sessions")
    await cortex.stop()
    _, part, *requests = recorder.spans

    assert "querySessions" in {span.name for span in requests}
    assert {parent_of(span) for span in requests} == {id_of(part)}


async def test_calls_at_a_time_do_not_mix_their_traces(vendor: FaultServer) -> None:
    held, recorder = http.Held(), Recorder()
    vendor.fault = held

    async def call(gateway: Gateway, number: int) -> None:
        trace = {"traceparent": f"00-{number:032x}-{PARENT}-01"}
        await gateway.get("/v1/sessions", headers=trace, q=f"word{number}", sort="-started_at")

    async with running(settings_for(samba(vendor)), tracer=recorder.tracer) as gateway:
        calls = [asyncio.create_task(call(gateway, number)) for number in (1, 2)]
        await held.has_come.wait()
        held.is_let.set()
        await asyncio.gather(*calls)

    for number in (1, 2):
        spans = [s for s in recorder.spans if s.context and s.context.trace_id == number]
        assert spans[0].name == "GET /v1/sessions"
        assert {parent_of(span) for span in spans[1:]} <= {id_of(span) for span in spans}
