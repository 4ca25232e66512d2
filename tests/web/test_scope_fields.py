"""Every field that may be hidden, on every route: it is told by none, and asked by on none."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.clinic import PERSON
from tests.support.gateway import Gateway
from tests.web.scoping import FIELDS, ROWS, Ask, Row, Told, call, name_of, scoped

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILTERS = {
    "user": "user",
    "device": "device",
    "client": "client",
    "space": "space",
    "language": "language",
    "tags": "tag",
    "native_status": "native_status",
    "attributes": "attributes.birth",
    "attributes.mail": "attributes.mail",
}
SORTS, GROUPINGS = ("user", "title"), ("user", "space", "language", "client", "device")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with scoped(tmp_path_factory.mktemp("clinic")) as gateway:
        yield gateway


def texts_of(field: str) -> set[str]:
    """Find every text of the person that a field holds."""
    value: Any = PERSON
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return set(re.findall(r"canary-[a-z-]+", json.dumps(value)))


def sessions_in(told: Told, accept: str) -> Iterator[str]:
    """Give every session of an answer as text."""
    if accept == "text/csv":
        yield from (json.dumps(row) for row in csv.DictReader(io.StringIO(told.text, newline="")))
        return
    if accept == "application/x-ndjson":
        yield from told.text.splitlines()[:-1]
        return
    data = json.loads(told.text)["data"]
    yield from (json.dumps(each) for each in (data if isinstance(data, list) else [data]))


@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_that_may_be_hidden_is_told_by_no_route(
    gateway: Gateway, field: str
) -> None:
    origin = {"canary-user-origin"} if field == "user" else set()
    hidden = texts_of(field) | origin
    shown = set(re.findall(r"canary-[a-z-]+", json.dumps(PERSON))) - hidden
    seen = 0
    for (method, _), row in ROWS.items():
        is_of_sessions = row.path.startswith("/v1/sessions") and "summary" not in row.path
        if not is_of_sessions or row.status not in (200, 201):
            continue
        for accept in row.accepts:
            told = await call(gateway, method, Ask(row, f"hides {field}", name_of(field), accept))
            assert told.status == row.status, told.text
            for session in sessions_in(told, accept):
                found = set(re.findall(r"canary-[a-z-]+", session))
                assert (found & hidden, found) == (set(), shown), (method, row.path, accept)
                seen += 1

    assert seen >= 16, "five sessions in each of three formats, and one by one"


@pytest.mark.parametrize("field", FIELDS)
async def test_no_route_can_be_asked_by_a_field_that_is_hidden(
    gateway: Gateway, field: str
) -> None:
    queries = [f"&{FILTERS[field]}=x"] if field in FILTERS else []
    queries += [f"&sort={field}"] if field in SORTS else []
    lists, summaries = ROWS["GET", "/v1/sessions"], ROWS["GET", "/v1/sessions/summary"]
    asked = [(row, query) for row in (lists, summaries) for query in queries if "sort" not in query]
    asked += [(lists, query) for query in queries if "sort" in query]
    if field in GROUPINGS:
        asked.append((Row(f"/v1/sessions/summary?backend={{0}}&by={field}"), ""))

    for row, query in asked:
        told = await call(gateway, "GET", Ask(row, f"hides {field}", name_of(field), query=query))
        assert (told.status, told.code) == (400, "hidden_field"), query
    raw = await call(
        gateway, "GET", Ask(lists, f"hides {field}", name_of(field), query="&include=raw")
    )

    assert (raw.status, raw.code) == (403, "forbidden")
    assert asked or field == "participants"
