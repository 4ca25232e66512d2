"""Any text at all, as cursor, parameter, header, path or body: answered or refused, never a bug."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote_from_bytes

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulators.roundware import RoundwareSimulator
from gateway.spi import Operation
from gateway.web.catalogue import CATALOGUE
from tests.support.adapters import noon
from tests.support.examples import examples
from tests.support.gateway import Answer, Gateway, backend, running
from tests.web.sending import READER, head
from tests.web.test_headers import raw
from tests.web.writing import WRITER, writable

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SESSIONS = "/v1/sessions"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    museum = RoundwareSimulator(rows=30, seed=4, clock=noon)
    options = museum.options(await museum.start())
    configured = backend("roundware", options, name="museum", operations=(Operation.CREATE,))
    async with running(writable(configured, state_dir=tmp_path_factory.mktemp("s"))) as gateway:
        yield gateway
    await museum.stop()


def checked(answer: Answer, *served: int) -> None:
    """Check that an answer is what was asked for, or a problem that we know."""
    if answer.status in served:
        return
    assert 400 <= answer.status < 500, answer.body
    assert answer.body["status"] == answer.status
    assert CATALOGUE[answer.body["code"]].status == answer.status


any_bytes = st.binary(max_size=40) | st.text(max_size=40).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
names = st.sampled_from(["backend", "space", "id", "client", "name", "attributes"]) | st.text(
    max_size=4
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
bodies = any_bytes | documents.map(lambda document: json.dumps(document).encode())


@given(any_bytes, st.sampled_from(["cursor", "q", "attributes.x", "sort", "require"]))
@settings(max_examples=examples(150))
async def test_any_text_is_a_value_or_none(gateway: Gateway, text: bytes, name: str) -> None:
    path = f"{_SESSIONS}?{name}={quote_from_bytes(text)}"

    checked(await gateway.get(path, headers=WRITER), 200)


@given(any_bytes, st.sampled_from(["", "museum:", "summary"]), st.sampled_from(["GET", "POST"]))
@settings(max_examples=examples(100))
async def test_any_text_is_a_path_or_none(
    gateway: Gateway, text: bytes, start: str, method: str
) -> None:
    path = f"{_SESSIONS}/{start}{quote_from_bytes(text, safe='')}"

    answer = await gateway.call(method, path, headers=WRITER)

    checked(answer, 200, 501)


@given(bodies, st.sampled_from([_SESSIONS, f"{_SESSIONS}/museum:1/end"]))
@settings(max_examples=examples(200))
async def test_any_bytes_are_a_body_or_none(gateway: Gateway, body: bytes, path: str) -> None:
    headers = {**WRITER, "Content-Type": "application/json"}

    answer = await gateway.call("POST", path, headers=headers, body=body)

    checked(answer, 501)


_HEADERS = (
    *("Accept", "Accept-Encoding", "Authorization", "Cache-Control", "Content-Encoding", "Cookie"),
    *("Expect", "If-None-Match", "Idempotency-Key", "Prefer", "Origin", "Range", "traceparent"),
    *("Upgrade", "X-API-Key", "X-Forwarded-For", "X-Request-Id"),
)


@given(st.sampled_from(_HEADERS), any_bytes)
@settings(max_examples=examples(200))
async def test_any_bytes_are_a_header_or_none(gateway: Gateway, name: str, value: bytes) -> None:
    line = f"{name}: ".encode() + value.translate(None, b"\r\n")
    sent = head(f"GET {_SESSIONS}?fields=id HTTP/1.1", "Host: here", READER, line)

    status, _, body = await raw(gateway, sent)

    assert status in (200, 304) or CATALOGUE[json.loads(body)["code"]].status == status < 500
