"""What is no request: it is answered all the same, by a problem that holds no byte of it."""

import json
from collections.abc import AsyncIterator

import pytest

from gateway.web.catalogue import CATALOGUE
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.web.test_headers import NOWHERE, raw
from tests.web.writing import writable

MARK = b"s3cret"


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running(settings_for(backend("roundware", NOWHERE))) as gateway:
        yield gateway


UNREADABLE = {
    "no request at all": (b"s3cret\r\n\r\n", "malformed_request"),
    "TLS to a plain port": (b"\x16\x03\x01\x02\x00s3cret\r\n\r\n", "malformed_request"),
    "a bad version": (b"GET /s3cret HTTP/9.9\r\nHost: x\r\n\r\n", "malformed_request"),
    "no host": (b"GET /s3cret HTTP/1.1\r\n\r\n", "malformed_request"),
    "a bad header": (b"GET / HTTP/1.1\r\nHost: x\r\ns3cret\r\n\r\n", "malformed_request"),
    "a null in a header": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: s3cret\0\r\n\r\n",
        "malformed_request",
    ),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\ns3cret",
        "malformed_request",
    ),
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "malformed_request",
    ),
    "a long request line": (
        b"GET /s3cret" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        "uri_too_long",
    ),
    "a long header": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: s3cret" + b"x" * 9000 + b"\r\n\r\n",
        "headers_too_large",
    ),
    "a long name of a header": (
        b"GET / HTTP/1.1\r\nHost: x\r\ns3cret" + b"x" * 9000 + b": 1\r\n\r\n",
        "headers_too_large",
    ),
    "a strange expectation": (
        b"GET / HTTP/1.1\r\nHost: x\r\nExpect: s3cret\r\n\r\n",
        "expectation_failed",
    ),
    "too many headers": (
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: s3cret\r\n" * 200 + b"\r\n",
        "headers_too_large",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
async def test_what_is_no_request_is_answered_by_a_problem(gateway: Gateway, case: str) -> None:
    sent, code = UNREADABLE[case]

    status, headers, body = await raw(gateway, sent)

    told = json.loads(body)
    assert (status, told["code"]) == (CATALOGUE[code].status.value, code)
    assert told["type"] == f"/problems/{code}"
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Server"] == "session-gateway"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert MARK not in body


async def test_what_follows_a_request_is_not_answered_with_its_bytes(gateway: Gateway) -> None:
    good = b"GET /healthz?s3cret HTTP/1.1\r\nHost: x\r\nX-API-Key: s3cret\r\n\r\n"

    status, _, rest = await raw(gateway, good + b"nonsense\r\n\r\n")

    assert status == 400 or b"malformed_request" in rest
    assert MARK not in rest


async def test_who_waits_to_go_on_is_told_to(gateway: Gateway) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nConnection: close\r\n\r\n"

    status, _, rest = await raw(gateway, head)

    assert status == 100
    assert rest.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\ns3cret",
        b"Content-Encoding: deflate\r\nContent-Length: 6\r\n\r\ns3cret",
    ],
)
async def test_a_body_that_is_not_what_its_headers_tell_is_refused(body: bytes) -> None:
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-API-Key: writer\r\nConnection: close\r\n"
    async with running(writable(backend("roundware", NOWHERE))) as gateway:
        answer = await raw(gateway, head + b"Content-Type: application/json\r\n" + body)

    status, _, told = answer
    assert status == 400
    assert json.loads(told)["code"] in ("invalid_body", "malformed_request")
    assert MARK not in told
