"""The simulator of Roundware against the recordings: asked the same, it answers alike."""

import json
from typing import Any, TypeAlias

import aiohttp
import pytest
from yarl import URL

from adapters.simulators.roundware import RoundwareSimulator
from tests.support.adapters import noon
from tests.support.payloads import recording

Json: TypeAlias = Any  # a recording is any JSON

INDEX = recording("roundware/_index.json")["exchanges"]

# Every recorded reading of the list, of one session, or of nothing.
READINGS = [
    entry["file"]
    for entry in INDEX
    if entry["method"] == "GET" and entry["path"].startswith(("/api/2/sessions", "/api/2/nosuch"))
]

# Every recorded attempt to create a session, or to change one.
WRITES = [
    entry["file"]
    for entry in INDEX
    if entry["method"] in {"POST", "PUT", "PATCH", "DELETE"}
    and entry["path"].startswith("/api/2/sessions")
]

NOT_MODELLED = {
    "throttled_429.json": "at a rate lowered to 3 a minute, which tests/quirks shows",
    "v2023_count_all.json": "a call that servers have since March 2023",
    "v2023_count_project_1.json": "the same",
    "v2023_count_invalid_filter.json": "the same",
}

# The recorder kept the first rows of each list, and counted all.
KEPT = 5
WHOLE_TABLE = recording("roundware/list_unfiltered.json")["response"]["true_count"]


def recorded_rows() -> list[Json]:
    """Give every row that is in a recording, once and in the order of the table."""
    bodies = [recording(f"roundware/{name}")["response"]["body"] for name in READINGS]
    rows = [row for body in bodies for row in (body if isinstance(body, list) else [body])]
    known = {row["id"]: row for row in rows if isinstance(row, dict) and "id" in row}
    return [known[number] for number in sorted(known)]


ROWS = recorded_rows()


async def replay(name: str) -> tuple[Json, Json]:
    """Ask a simulator that holds the recorded rows; give the recorded reply and its own."""
    exchange = recording(f"roundware/{name}")
    asked = exchange["request"]
    simulator = RoundwareSimulator(rows=0, seed=1, clock=noon)
    simulator.load(ROWS)
    url = URL(await simulator.start() + asked["path"], encoded=True)
    written = asked["body"] if isinstance(asked["body"], str) else json.dumps(asked["body"])
    sent = None if asked["body"] is None else written.encode()
    try:
        async with (
            aiohttp.ClientSession(headers=asked["headers"]) as client,
            client.request(asked["method"], url, data=sent, allow_redirects=False) as reply,
        ):
            text = await reply.text()
            body = json.loads(text) if reply.content_type == "application/json" else text
            answer = {"status": reply.status, "headers": dict(reply.headers), "body": body}
    finally:
        await simulator.stop()
    return exchange["response"], answer


@pytest.mark.parametrize("name", READINGS)
async def test_the_simulator_answers_as_the_recorded_server(name: str) -> None:
    recorded, answer = await replay(name)

    if name in NOT_MODELLED:
        assert essence(answer, len(ROWS)) != essence(recorded, WHOLE_TABLE)
    else:
        assert essence(answer, len(ROWS)) == essence(recorded, WHOLE_TABLE)


@pytest.mark.parametrize("name", WRITES)
async def test_the_simulator_takes_a_write_as_the_recorded_server(name: str) -> None:
    recorded, answer = await replay(name)

    assert essence(answer, 0) == essence(recorded, 0)


async def test_the_simulator_has_the_recorded_languages_and_projects() -> None:
    recorded, answer = await replay("languages_list.json")
    assert answer["body"] == recorded["body"]

    recorded, answer = await replay("projects_list.json")
    known = [{name: row[name] for name in ("id", "geo_listen_enabled")} for row in recorded["body"]]
    assert answer["body"] == known


def test_every_exception_is_a_recorded_reading() -> None:
    assert NOT_MODELLED.keys() <= set(READINGS)


async def test_the_simulator_promises_no_order() -> None:
    _, answer = await replay("list_unfiltered.json")

    assert sorted(answer["body"], key=_number) == ROWS
    assert answer["body"] != ROWS


def essence(response: Json, whole_table: int) -> Json:
    """Keep of a reply what a client can rely on."""
    headers = {name.lower(): value for name, value in response["headers"].items()}
    content_type = headers["content-type"].partition(";")[0]
    body = response["body"]
    return {
        "status": response["status"],
        "content type": content_type,
        "location": headers.get("location"),
        "asks for": headers.get("www-authenticate"),
        "body": bool(body) if content_type == "text/html" else _content(body),
        "is whole table": isinstance(body, list)
        and response.get("true_count", len(body)) == whole_table,
    }


def _content(body: Json) -> Json:
    """Keep what a server does not choose itself.

    The recorder cut lists, and met the rows in the order of their numbers. What begins with the
    call has the next number and the time of the call.
    """
    if isinstance(body, dict) and body.get("id", 0) > max(row["id"] for row in ROWS):
        return {name: value for name, value in body.items() if name not in ("id", "starttime")}
    return sorted(body, key=_number)[:KEPT] if isinstance(body, list) else body


def _number(row: Json) -> int:
    number: int = row["id"]
    return number
