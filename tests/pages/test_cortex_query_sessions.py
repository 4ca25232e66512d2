"""Cortex API v1 documentation, "querySessions": parameters, examples and samples."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from adapters.simulators.cortex import CortexSimulator, Manners
from tests.pages.cortex import Row, asked_for, page_rows, queries
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, Reader, document, problem, reading
from tests.support.adapters import noon
from tests.support.payloads import sample

QUERY_ALL, QUERY_BY_STATUS = "cortex/query_all.json", "cortex/query_by_status.json"

TOLD_OF_BOTH = {
    "status": "active",
    "device": {"id": "INSIGHT-59683C10", "name": None},
    "attributes": {
        "license": "7ca047af-0f33-430a-8391-a96eb379de47",
        "logs": None,
        "markers": 0,
        "profile": "",
        "recording": None,
        "streams": {},
        "subject": "",
    },
}
OPENED = document(
    "cortex",
    "09fc4d57-a447-45e7-9776-630533ceeaf2",
    native_status="opened",
    started_at="2017-04-03T10:49:02Z",
    **TOLD_OF_BOTH,
)
ACTIVATED = document(
    "cortex",
    "e6b578ae-7f75-4b67-97d2-dd47cb00a5a8",
    native_status="activated",
    started_at="2017-04-03T10:01:28Z",
    **TOLD_OF_BOTH,
)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(CortexSimulator(rows=200, seed=1, clock=noon)) as reader:
        yield reader


# "Shows details of all sessions on the local machine of current user"


async def test_shows_details_of_all_sessions_on_the_local_machine(reader: Reader) -> None:
    listed = await reader.listed()

    assert [session["native_id"] for session in listed] == reader.held()
    assert {(s["native_id"], s["status"]) for s in listed} == {
        (row.native_id, row.status) for row in reader.vendor.held()
    }
    assert {s["user"]["id"] for s in listed if s["user"]} == {
        name for row in reader.vendor.held() for name in row.user
    }
    assert asked_for(reader) == [{}]


# "Sessions can be queried by any field of Session object"

FIELDS: dict[str, tuple[Callable[[Row], bool], dict[str, str]]] = {
    "client": (
        lambda row: row.get("appId") == "com.emotiv.emotivpro",
        {"client": "com.emotiv.emotivpro"},
    ),
    "license": (lambda row: row["license"] == "", {"attributes.license": ""}),
    "markers": (lambda row: len(row["markers"]) == 1, {"attributes.markers": "1"}),
    "profile": (lambda row: row["profile"] == "", {"attributes.profile": ""}),
    "recording": (lambda row: row.get("recording") is False, {"attributes.recording": "false"}),
    "status": (lambda row: row["status"] == "activated", {"native_status": "activated"}),
    "subject": (lambda row: row["subject"] == "sub 1", {"attributes.subject": "sub 1"}),
    "tags": (lambda row: "eyes closed" in row["tags"], {"tag": "eyes closed"}),
    # Of the later generation of session objects alone.
    "project": (lambda row: row.get("project") == "Sleep study", {"space": "Sleep study"}),
    "owner": (lambda row: row.get("owner") == "user007", {"user": "user007"}),
}


@pytest.mark.parametrize("name", FIELDS)
async def test_sessions_can_be_queried_by_any_field(reader: Reader, name: str) -> None:
    """Only equality of ``status`` is shown in a query, so all others are checked here."""
    wanted, canonical = FIELDS[name]

    found = await reader.ids(**canonical)

    chosen = {row["id"] for row in await page_rows(reader) if wanted(row)}
    assert chosen
    assert set(found) == chosen
    assert asked_for(reader) == [{"query": {"status": "activated"}} if name == "status" else {}]


async def test_sessions_can_be_queried_by_their_id(reader: Reader) -> None:
    native_id = reader.held()[7]

    assert await reader.ids(native_id=native_id) == [native_id]
    answer = await reader.get(f"/v1/sessions/{BACKEND}:{native_id}")
    assert answer.body["data"]["native_id"] == native_id
    assert asked_for(reader) == [{}, {}]


async def test_sessions_can_be_queried_by_their_headset(reader: Reader) -> None:
    """The headset is a text in one generation of session objects, and an object in the other."""
    await reader.listed()
    rows = await page_rows(reader)
    ids_of = {
        headset: {row["id"] for row in rows if _headset(row) == headset}
        for headset in {_headset(row) for row in rows}
    }

    for headset in sorted(ids_of)[:10]:
        assert set(await reader.ids(device=headset)) == ids_of[headset]
    assert {type(row["headset"]) for row in rows} == {str, dict}


@pytest.mark.parametrize(("name", "canonical"), [("started", "started"), ("stopped", "ended")])
async def test_sessions_can_be_queried_by_their_times(
    reader: Reader, name: str, canonical: str
) -> None:
    """An empty text is no time (an imported file has neither), and no range is documented."""
    since, until = datetime(2026, 11, 22, 4, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)

    found = await reader.ids(
        **{f"{canonical}_after": since.isoformat(), f"{canonical}_before": until.isoformat()}
    )

    rows = await page_rows(reader)
    chosen = {r["id"] for r in rows if r[name] and since <= _instant(r[name]) < until}
    assert "" in {row[name] for row in rows}
    assert chosen
    assert set(found) == chosen
    assert asked_for(reader) == [{}]


# Parameters


async def test_parameter_auth(reader: Reader) -> None:
    """The token that "authorize" gave goes with each call."""
    await reader.listed()
    await reader.listed(status="ended")

    assert [call.name for call in reader.relay.asked] == [
        *("getUserLogin", "login", "authorize"),
        *("querySessions", "querySessions"),
    ]
    (token,) = {call.parameters["_auth"] for call in queries(reader)}
    assert token.startswith("opaque/")


async def test_parameter_auth_is_renewed_when_it_has_expired(reader: Reader) -> None:
    assert isinstance(reader.vendor, CortexSimulator)
    await reader.listed()
    reader.vendor.machine.expire_tokens()

    assert await reader.ids() == reader.held()

    first, refused, renewed = (call.parameters["_auth"] for call in queries(reader))
    assert first == refused != renewed


async def test_parameter_auth_that_nobody_takes(reader: Reader) -> None:
    """What the vendor says of it stays there."""
    words = "Invalid auth token, said the vendor."
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32014, "message": words}}
    reader.relay.answers["querySessions"] = Printed(json.dumps(error))

    answer = await reader.get()

    problem(answer, 502, "upstream_failed", "said the vendor", "-32014", "opaque/")
    assert answer.body["backends"][BACKEND]["error"]["code"] == "auth"


async def test_parameter_query_is_left_out_where_nothing_is_asked(reader: Reader) -> None:
    """The table says that it is required; "Example: Query all" leaves it out."""
    await reader.listed()

    assert list(queries(reader)[0].parameters) == ["_auth"]


@pytest.mark.parametrize(
    ("canonical", "word"),
    [
        ({"native_status": "opened"}, "opened"),
        ({"native_status": "activated"}, "activated"),
        ({"native_status": "closed"}, "closed"),
        ({"status": "ended"}, "closed"),
    ],
)
async def test_parameter_query(reader: Reader, canonical: dict[str, str], word: str) -> None:
    found = await reader.ids(**canonical)

    assert asked_for(reader) == [{"query": {"status": word}}]
    rows = await page_rows(reader, {"status": word})
    assert rows
    assert {row["status"] for row in rows} == {word}
    assert set(found) == {row["id"] for row in rows}


async def test_parameter_query_has_one_word_and_active_is_two(reader: Reader) -> None:
    """So what goes on is chosen here, of all there is."""
    found = await reader.ids(status="active")

    assert asked_for(reader) == [{}]
    assert found == reader.held(lambda row: row.status == "active")
    for word in ("opened", "activated"):
        assert {row["id"] for row in await page_rows(reader, {"status": word})} < set(found)


async def test_parameter_query_that_is_ignored() -> None:
    """A service may know no filter: then what it gives too much is left out here."""
    manners = Manners(ignores_query=True)
    async with reading(CortexSimulator(rows=200, seed=1, clock=noon, manners=manners)) as reader:
        found = await reader.ids(native_status="opened")

        rows = await page_rows(reader, {"status": "opened"})
        assert len(rows) == 200
        assert set(found) == {row["id"] for row in rows if row["status"] == "opened"}


# Response


async def test_response_is_an_array_of_session_objects(reader: Reader) -> None:
    listed = await reader.listed(include="raw")

    rows = {row["id"]: row for row in await page_rows(reader)}
    assert {session["native_id"]: session["raw"] for session in listed} == rows


async def test_response_of_no_session() -> None:
    async with reading(CortexSimulator(rows=0, seed=1, clock=noon)) as reader:
        assert await reader.listed() == []


# Examples


async def test_example_query_all(reader: Reader) -> None:
    reader.relay.answers["querySessions"] = Printed.sample(QUERY_ALL)

    assert await reader.listed() == [OPENED, ACTIVATED]
    assert asked_for(reader) == [{}]


async def test_example_query_all_records_stay_as_they_are(reader: Reader) -> None:
    reader.relay.answers["querySessions"] = Printed.sample(QUERY_ALL)

    listed = await reader.listed(include="raw")

    assert [session["raw"] for session in listed] == sample(QUERY_ALL)["result"]


async def test_example_query_by_status(reader: Reader) -> None:
    reader.relay.answers["querySessions"] = Printed.sample(QUERY_BY_STATUS)

    assert await reader.listed(native_status="opened") == [OPENED]
    assert asked_for(reader) == [{"query": {"status": "opened"}}]


async def test_example_query_by_status_of_a_service_that_gives_both(reader: Reader) -> None:
    reader.relay.answers["querySessions"] = Printed.sample(QUERY_ALL)

    assert await reader.listed(native_status="opened") == [OPENED]
    assert await reader.listed(native_status="activated") == [ACTIVATED]
    assert await reader.listed(status="ended") == []
    assert await reader.listed(status="active", sort="started_at") == [ACTIVATED, OPENED]


def _headset(row: Row) -> str:
    headset = row["headset"]
    return str(headset["id"] if isinstance(headset, dict) else headset)


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
