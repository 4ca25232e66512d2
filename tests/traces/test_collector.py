"""Traces reach a collector over OTLP/HTTP, and a collector in trouble is nobody else's trouble."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from pydantic import SecretStr

from gateway.config import BackendSettings, TracesSettings
from gateway.traces.telling import TellingExporter
from tests.laboratory import http_faults as http
from tests.laboratory.server import FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.gateway import backend, running, settings_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


_ENDING_SECONDS = 20.0


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """See that what sends ends, and have it end here: left to itself it meets another test."""
    before = {*threading.enumerate()}
    yield
    left = {*threading.enumerate()} - before
    for thread in left:
        thread.join(_ENDING_SECONDS)
    assert [thread.name for thread in left if thread.is_alive()] == []


@dataclass
class Collector:
    """Takes what is exported, or not."""

    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Take an export."""
        self.bodies.append(await request.read())
        self.keys.append(request.headers.get("authorization", ""))
        return web.Response(status=self.status)

    @property
    def spans(self) -> list[tuple[str, str]]:
        """Give the names of all spans, and their traces."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += [(span.name, span.trace_id.hex()) for span in scope.spans]
        return found


@asynccontextmanager
async def collecting(status: int = 200) -> AsyncIterator[Collector]:
    collector = Collector(status=status)
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    try:
        yield collector
    finally:
        await runner.cleanup()


@pytest.fixture
async def samba() -> AsyncIterator[BackendSettings]:
    async with FaultServer(digital_samba(), http.honest) as server:
        options = {"url": server.url(), "developer_key": "canary-key"}
        yield backend("digital_samba", options, name="samba")


async def test_spans_of_a_call_reach_the_collector_at_the_latest_when_the_process_ends(
    samba: BackendSettings,
) -> None:
    async with collecting() as collector:
        traces = TracesSettings(
            endpoint=collector.url, headers={"authorization": SecretStr("key-of-the-collector")}
        )
        async with running(settings_for(samba, traces=traces)) as gateway:
            await gateway.get("/v1/sessions", headers=SENT)

        assert sorted(collector.spans) == [
            ("GET", TRACE),
            ("GET /v1/sessions", TRACE),
            ("backend samba", TRACE),
        ]
        assert set(collector.keys) == {"key-of-the-collector"}
        assert b"canary" not in b"".join(collector.bodies)


@pytest.mark.parametrize("status", [400, None], ids=["refuses", "is not there"])
async def test_a_collector_in_trouble_costs_no_call(
    status: int | None, samba: BackendSettings
) -> None:
    async with collecting(status or 200) as collector:
        url = collector.url if status else "http://127.0.0.1:9/v1/traces"
        traces = TracesSettings(endpoint=url)
        async with running(settings_for(samba, traces=traces)) as gateway:
            answers = [await gateway.get("/v1/sessions", headers=SENT) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert len(collector.bodies) == (1 if status else 0)


class Scripted(SpanExporter):
    """Exports, fails or breaks, as it is told to."""

    def __init__(self, *ends: SpanExportResult | Exception) -> None:
        self.ends = [*ends]

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Do what is next."""
        assert not spans
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


def test_trouble_of_the_collector_is_told_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    good, bad = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
    exporter = TellingExporter(Scripted(good, bad, OSError("a secret"), bad, good, good))

    ends = [exporter.export(()) for _ in range(6)]

    assert ends == [good, bad, bad, bad, good, good]
    assert caplog.messages == [
        "traces: the collector takes none; they are dropped until it does",
        "traces: the collector takes them again",
    ]


async def test_a_collector_that_hangs_keeps_no_process_from_ending(samba: BackendSettings) -> None:
    async with FaultServer(digital_samba(), http.silent) as silent:
        traces = TracesSettings(endpoint=f"{silent.url()}/v1/traces")
        async with running(settings_for(samba, traces=traces)) as gateway:
            answer = await gateway.get("/v1/sessions", headers=SENT)
            ending = asyncio.get_running_loop().time()
        took = asyncio.get_running_loop().time() - ending

    assert answer.status == 200
    assert took < 10, "a deadline, of which two seconds are waited for the collector"
