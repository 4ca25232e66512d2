"""Parameters nobody would send: each is refused by its name, and none breaks the gateway."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote_from_bytes

import pytest
import pytest_asyncio
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yarl import URL

from adapters.simulators.roundware import RoundwareSimulator
from gateway.paging.cursor import FROM_THE_START, CursorSealer
from tests.support.adapters import noon
from tests.support.examples import examples
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.web.test_front_door import BAD_PARAMETERS, NEVER_ASKED, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

_KEY = "the key of the gateway's cursors"
_SESSIONS, _SUMMARY = "/v1/sessions", "/v1/sessions/summary"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    museum = RoundwareSimulator(rows=30, seed=4, clock=noon)
    address = await museum.start()
    configured = settings_for(
        backend("roundware", museum.options(address), name="museum"),
        backend("roundware", museum.options(address), name="gallery"),
        backend("roundware", NEVER_ASKED, name="attic", enabled=False),
        cursor={"keys": [_KEY]},
    )
    async with running(configured) as gateway:
        yield gateway
    await museum.stop()


ONCE = {
    "limit": "7",
    "sort": "-started_at,backend",
    "count": "exact",
    "fields": "id,started_at",
    "include": "raw",
    "explain": "false",
    "started_after": "2026-11-22T06:00:00Z",
    "started_before": "2026-11-22",
    "ended_after": "2026-11-22T06:00:00.5+01:00",
    "ended_before": "2036-11-22T06:00:00Z",
    "min_duration": "PT1H30M",
    "max_duration": "1.5",
}
OFTEN = {"status": "active", "backend": "museum", "vendor": "roundware", "require": "museum"}
TEXTS = ("user", "device", "client", "space", "language", "tag", "native_id", "native_status", "q")
NAMES = (*ONCE, *OFTEN, *TEXTS, "active_after", "cursor", "by", "bucket", "attributes.project_id")

valid = st.dictionaries(st.sampled_from([*ONCE, *OFTEN]), st.none(), max_size=4).map(
    lambda drawn: {name: (ONCE | OFTEN)[name] for name in drawn}
)

odd_bytes = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([*ONCE.values(), *OFTEN.values()]).map(str.encode),
    st.sampled_from([b"\x00", b"%", b"\xed\xa0\x80", b"9" * 3000, b"-" * 3000, "é".encode() * 900]),
)
odd_names = st.sampled_from(NAMES).map(str.encode) | odd_bytes
pairs = st.lists(st.tuples(odd_names, odd_bytes), max_size=6)


def refused(answer: Answer) -> list[str]:
    """Check that a refusal is a whole problem document, and name what is refused."""
    assert answer.status == 400, answer.body
    body = problem(answer, 400, answer.body["code"])
    assert body["code"] != "internal_error"
    return [error["parameter"] for error in answer.body.get("errors", [])]


def escaped(pairs: list[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs)


@given(pairs, st.sampled_from([_SESSIONS, _SUMMARY]), st.booleans())
@settings(max_examples=examples(300))
async def test_whatever_is_asked_is_answered_or_refused_by_name(
    gateway: Gateway, pairs: list[tuple[bytes, bytes]], path: str, is_stream: bool
) -> None:
    query = escaped(pairs)
    assume(len(query) < 7000)
    headers = {"Accept": "application/x-ndjson"} if is_stream and path == _SESSIONS else {}

    async with gateway.client.get(
        URL(f"{gateway.address}{path}?{query}", encoded=True), headers=headers
    ) as response:
        text = await response.text()

    if response.status == 200:
        return
    answer = Answer(response.status, response.headers, json.loads(text))
    named = refused(answer)
    asked = set(response.url.query) | {"*", "by"}
    assert set(named) <= asked
    assert named or answer.body["code"] == "filter_unanswerable"


@given(st.lists(odd_bytes | st.sampled_from([b"&", b"=", b"?", b"limit=", b"%zz"]), max_size=9))
@settings(max_examples=examples(100))
async def test_no_bytes_of_a_request_break_the_gateway(gateway: Gateway, sent: list[bytes]) -> None:
    url = URL(gateway.address)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    target = b"".join(sent).replace(b"\r", b"").replace(b"\n", b"")
    writer.write(b"GET /v1/sessions?" + target + b" HTTP/1.1\r\n")
    writer.write(b"Host: here\r\nConnection: close\r\n\r\n")

    status = (await reader.readline()).split()[1]

    writer.close()
    assert status in (b"200", b"400", b"414")


@given(valid, st.sampled_from(BAD_PARAMETERS))
@settings(max_examples=examples(100))
async def test_just_what_is_bad_is_named_among_what_is_good(
    gateway: Gateway, good: Mapping[str, str], bad: tuple[str, str, str]
) -> None:
    query, parameter, code = bad
    assume(parameter not in good and parameter != "*")

    answer = await gateway.get(f"{_SESSIONS}?{URL.build(query=good).raw_query_string}&{query}")

    problem(answer, 400, code)
    assert set(refused(answer)) == {parameter}


@given(
    st.sampled_from([*ONCE.items(), *OFTEN.items()]),
    st.integers(0, 30),
    st.sampled_from("\x00 é٣\u202e;'\"<~"),
)
@settings(max_examples=examples(200))
async def test_a_value_with_one_character_too_many_is_refused(
    gateway: Gateway, parameter: tuple[str, str], place: int, extra: str
) -> None:
    name, value = parameter
    place %= len(value) + 1

    answer = await gateway.call("GET", _SESSIONS, {name: value[:place] + extra + value[place:]})

    assert refused(answer) == [name]


@pytest.mark.parametrize(("name", "value"), ONCE.items())
async def test_what_is_to_be_given_once_is_refused_twice(
    gateway: Gateway, name: str, value: str
) -> None:
    answer = await gateway.call("GET", _SESSIONS, {name: [value, value]})

    problem(answer, 400, "repeated_parameter")
    assert refused(answer) == [name]


@given(st.integers(8190, 100_000), st.sampled_from(NAMES))
@settings(max_examples=examples(10))
async def test_a_request_line_too_long_to_be_read_is_refused(
    gateway: Gateway, length: int, name: str
) -> None:
    async with gateway.client.get(f"{gateway.address}{_SESSIONS}?{name}={'9' * length}") as answer:
        assert answer.status in (400, 414)


async def cursor_of(gateway: Gateway, query: Mapping[str, str]) -> str:
    page = await gateway.call("GET", _SESSIONS, {**query, "limit": 2})
    cursor: str = page.body["page"]["next"]
    return cursor


@given(
    st.integers(0, 400),
    st.sampled_from(["replace", "insert", "drop", "swap", "cut"]),
    st.characters(min_codepoint=33, max_codepoint=0x3000, categories=["L", "N", "P", "S"])
    | st.sampled_from("AQgw_-"),
)
@settings(max_examples=examples(150))
async def test_a_cursor_altered_anywhere_is_refused(
    gateway: Gateway, place: int, how: str, character: str
) -> None:
    token = await cursor_of(gateway, {})
    place %= len(token)
    head, tail = token[:place], token[place:]
    altered = {
        "replace": head + character + tail[1:],
        "insert": head + character + tail,
        "drop": head + tail[1:],
        "swap": head + tail[1:2] + tail[:1] + tail[2:],
        "cut": head,
    }[how]
    assume(altered != token)

    answer = await gateway.call("GET", _SESSIONS, {"cursor": altered})

    problem(answer, 400, "invalid_cursor")
    assert refused(answer) == ["cursor"]


QUESTIONS: list[dict[str, str]] = [
    {},
    {"sort": "started_at"},
    {"sort": "-started_at,backend"},
    {"backend": "museum"},
    {"vendor": "roundware"},
    {"status": "active"},
    {"q": "a"},
    {"started_before": "2026-11-23"},
    {"started_after": "2026-11-20"},
    {"max_duration": "PT9H"},
    {"attributes.geo_listen_enabled": "true"},
]
RESHAPED = ("limit", "fields", "include", "count", "require")


@given(
    st.sampled_from(QUESTIONS),
    st.sampled_from(QUESTIONS),
    st.frozensets(st.sampled_from(RESHAPED)),
)
@settings(max_examples=examples(100))
async def test_a_cursor_goes_on_with_its_own_question_however_shaped_and_no_other(
    gateway: Gateway, first: dict[str, str], second: dict[str, str], reshaped: frozenset[str]
) -> None:
    token = await cursor_of(gateway, first)
    assume(token is not None)
    shape = {name: (ONCE | OFTEN)[name] for name in reshaped}

    answer = await gateway.call("GET", _SESSIONS, {**second, **shape, "cursor": token})

    if first == second:
        assert answer.status == 200, answer.body
        return
    problem(answer, 400, "cursor_mismatch")
    assert refused(answer) == ["cursor"]


@pytest.mark.parametrize(
    ("key", "code"), [(_KEY, "cursor_mismatch"), ("the key of another one", "invalid_cursor")]
)
async def test_a_cursor_that_was_made_elsewhere_is_refused(
    gateway: Gateway, key: str, code: str
) -> None:
    foreign = CursorSealer([key.encode()]).seal(FROM_THE_START, "another question")

    answer = await gateway.call("GET", _SESSIONS, {"cursor": foreign})

    problem(answer, 400, code)
    assert refused(answer) == ["cursor"]
