"""What a process that serves logs as JSON: an object a line, for programs."""

import asyncio
import io
import json
import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.line_handler import LineHandler
from gateway.cli.serving_logs import JsonFormatter
from gateway.web.tracing import Identity, Trace, begin
from tests.laboratory import http_faults as http
from tests.laboratory.server import FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.commands import written
from tests.support.gateway import backend
from tests.support.serving import Serving, serving

FORMATTER = JsonFormatter("worker-2", lambda text: text.replace("secret", "***"))


def formatted(message: str, *values: object, is_bug: bool = False, **told: object) -> Any:  # noqa: ANN401  # as JSON is read
    error = sys.exc_info() if is_bug else None
    record = logging.LogRecord("gateway", logging.INFO, __file__, 1, message, values, error)
    record.told = told
    line = FORMATTER.format(record)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    return json.loads(line)


@given(st.text())
def test_whatever_an_event_tells_is_one_object_in_a_line(text: str) -> None:
    assert formatted("said %s", text)["message"] == f"said {text}".replace("secret", "***")


def test_an_event_tells_when_where_and_what() -> None:
    told = formatted("%d calls", 3, route="/v1/sessions")

    assert datetime.fromisoformat(told.pop("time")).utcoffset() == timedelta(0)
    assert told == {
        "level": "info",
        "logger": "gateway",
        "message": "3 calls",
        "worker": "worker-2",
        "route": "/v1/sessions",
    }


def test_a_traceback_is_a_part_of_its_event_and_holds_no_secret() -> None:
    try:
        raise ValueError("a secret")  # noqa: TRY301  # what is logged
    except ValueError:
        told = formatted("broke", is_bug=True)

    assert told["exception"].splitlines()[-1] == "ValueError: a ***"


async def test_what_is_logged_for_a_call_has_its_ids_also_in_what_it_starts() -> None:
    async def later() -> Any:  # noqa: ANN401  # as JSON is read
        return formatted("later")

    async def call() -> list[Any]:
        begin(Identity("r1", Trace("a" * 32, "b" * 16, 0)))
        return [formatted("now"), await asyncio.create_task(later())]

    for told in await asyncio.create_task(call()):
        assert (told["request_id"], told["trace_id"]) == ("r1", "a" * 32)
    assert "request_id" not in formatted("nobody's")


async def test_a_line_that_is_written_later_has_the_ids_of_its_call() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream, many="gateway")
    handler.setFormatter(FORMATTER)

    async def call(name: str) -> None:
        begin(Identity(name, Trace("a" * 32, "b" * 16, 0)))
        handler.handle(logging.LogRecord("gateway", logging.INFO, "", 1, "done", (), None))

    for name in ("r1", "r2"):
        await asyncio.create_task(call(name))
    handler.flush()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["request_id"] for line in lines] == ["r1", "r2"]


async def test_all_that_a_process_says_is_json_and_names_requests(tmp_path: Path) -> None:
    async with FaultServer(digital_samba(), http.replying(b"{}", "503 Gone")) as vendor:
        options = {"url": vendor.url(), "developer_key": "canary-of-the-log"}
        path = written(
            tmp_path,
            [backend("digital_samba", options, name="samba")],
            server={"port": 0},
            log={"format": "json"},
        )
        async with serving(path) as process:
            await asked(process, "r-1")
            (call,) = [json.loads(line) for line in await process.said('"route": "/v1/sessions"')]
            (failure,) = [json.loads(line) for line in await process.said("backend samba")]
            lines = [*process.lines]

    for line in lines:
        assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
    assert (call["method"], call["route"], call["status"]) == ("GET", "/v1/sessions", 503)
    assert call["duration_ms"] > 0
    assert (failure["request_id"], failure["level"]) == ("r-1", "warning")
    assert "canary" not in "".join(lines)


async def asked(process: Serving, request_id: str) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.get(
            f"{process.address}/v1/sessions", headers={"X-Request-Id": request_id}
        ) as answer,
    ):
        assert answer.status == 503
