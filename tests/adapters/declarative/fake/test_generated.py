"""A fake vendor does what its file says, and nothing that the file does not speak of."""

import base64
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.adapters.declarative.fake.asking import NOON, Visitor, example, spec_of, visiting

KEY = {"token": "made-up-token"}
_DAY = timedelta(days=1)


@pytest.fixture
async def orbitlab() -> AsyncIterator[Visitor]:
    async with visiting(example("orbitlab"), KEY) as visitor:
        visitor.headers["Authorization"] = "Bearer made-up-token"
        yield visitor


async def search(visitor: Visitor, **asked: Any) -> Any:  # noqa: ANN401  # JSON
    reply = await visitor.ask("POST", "/v2/sessions/search", json={"view": "summary", **asked})
    assert reply.status == 200, reply.body
    return reply.body["result"]


def ids(rows: list[dict[str, Any]], name: str = "sessionId") -> list[str]:
    return [str(row[name]) for row in rows]


async def test_what_it_holds_is_told_by_the_list(orbitlab: Visitor) -> None:
    found = await search(orbitlab)

    held = {each.native_id: each for each in orbitlab.fake.held()}
    assert sorted(ids(found["sessions"])) == sorted(held)
    for row in found["sessions"]:
        told = held[row["sessionId"]]
        began = datetime.fromtimestamp(row["times"]["begin"] / 1000, UTC)
        words = {"LIVE": "active", "DONE": "ended", "ABORT": "ended"}
        assert told.started_at == began
        assert told.status == words.get(row["state"], "unknown")


async def test_its_sessions_are_awkward(orbitlab: Visitor) -> None:
    rows = (await search(orbitlab))["sessions"]

    starts = Counter(row["times"]["begin"] for row in rows)
    assert max(starts.values()) > 1
    assert {None, "nobody-knows-this-word"} < {row.get("state") for row in rows}
    assert any(not row["sessionId"].isascii() for row in rows)
    assert {None, ""} & {row.get("meta", {}).get("label") for row in rows}


async def test_pages_are_parts_of_the_whole(orbitlab: Visitor) -> None:
    whole = ids((await search(orbitlab, sort="newest"))["sessions"])

    pages = [await search(orbitlab, sort="newest", pageIndex=n, sessionCount=5) for n in range(6)]

    assert [each for page in pages for each in ids(page["sessions"])] == whole
    assert {page["total"] for page in pages} == {23}


async def test_an_exact_filter_is_exact_by_all_words(orbitlab: Visitor) -> None:
    found = await search(orbitlab, filter={"states": ["DONE", "ABORT"]})

    ended = [each.native_id for each in orbitlab.fake.held() if each.status == "ended"]
    assert sorted(ids(found["sessions"])) == sorted(ended)


async def test_an_inexact_filter_by_days_brings_whole_days(orbitlab: Visitor) -> None:
    day = (NOON - _DAY).date()

    found = await search(
        orbitlab, filter={"from": f"{day}", "to": f"{day + _DAY}"}, pageIndex=0, sessionCount=100
    )

    starts = {each.native_id: each.started_at for each in orbitlab.fake.held()}
    wanted = [name for name, start in starts.items() if start and start.date() == day]
    assert wanted
    assert sorted(ids(found["sessions"])) == sorted(wanted)


async def test_an_order_is_only_as_fine_as_declared() -> None:
    coarse = example("orbitlab", ("granularity: 1ms", "granularity: 1d"))
    async with visiting(coarse, KEY, rows=40) as visitor:
        visitor.headers["Authorization"] = "Bearer made-up-token"

        rows = (await search(visitor, sort="newest"))["sessions"]

    begins = [row["times"]["begin"] for row in rows]
    days = [begin // 86_400_000 for begin in begins]
    assert days == sorted(days, reverse=True)
    assert begins != sorted(begins, reverse=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"colour": "red"},
        {"pageIndex": "0"},
        {"pageIndex": -1},
        {"sessionCount": 101},
        {"sort": "oldest"},
        {"filter": {"states": ["SLEEPING"]}},
        {"filter": {"states": "LIVE"}},
        {"filter": {"from": "yesterday"}},
        {"view": "everything"},
    ],
)
async def test_what_the_file_does_not_speak_of_is_refused(
    orbitlab: Visitor, asked: dict[str, Any]
) -> None:
    body = {"view": "summary", **asked}

    reply = await orbitlab.ask("POST", "/v2/sessions/search", json=body)

    assert reply.status == 400


async def test_filters_that_do_not_go_together_are_refused() -> None:
    alone = example("orbitlab", ("max_fields: 2", "max_fields: 1"))
    async with visiting(alone, KEY) as visitor:
        visitor.headers["Authorization"] = "Bearer made-up-token"
        body = {"view": "summary", "filter": {"states": ["LIVE"], "from": "2026-06-01"}}

        reply = await visitor.ask("POST", "/v2/sessions/search", json=body)

    assert reply.status == 400


async def test_errors_look_as_the_file_says(orbitlab: Visitor) -> None:
    missing = await orbitlab.ask("GET", "/v2/sessions/nobody")
    orbitlab.headers["Authorization"] = "Bearer stolen"
    unknown = await orbitlab.ask("POST", "/v2/sessions/search", json={"view": "summary"})

    assert missing.status == 404
    assert (unknown.status, unknown.body["error"]["code"]) == (200, "E_AUTH")


async def test_sessions_come_and_go(orbitlab: Visitor) -> None:
    before = {each.native_id for each in orbitlab.fake.held()}
    starts = [each.started_at for each in orbitlab.fake.held() if each.started_at]

    for _ in range(4):
        orbitlab.fake.insert()
    gone = min(before)
    orbitlab.fake.delete(gone)

    told = {*ids((await search(orbitlab, pageIndex=0, sessionCount=100))["sessions"])}
    new = [each for each in orbitlab.fake.held() if each.native_id not in before]
    assert told == before - {gone} | {each.native_id for each in new}
    assert any(each.started_at and each.started_at > max(starts) for each in new)
    assert any(each.started_at and each.started_at < max(starts) for each in new)


@pytest.fixture
async def harbour() -> AsyncIterator[Visitor]:
    options = {
        "client_id": "made-up-id",
        "client_secret": "made-up-secret",
        "zone": "Europe/Lisbon",
    }
    async with visiting(example("harbour"), options) as visitor:
        yield visitor


async def log_in(visitor: Visitor, secret: str = "made-up-secret") -> int:  # noqa: S107  # made up
    pair = base64.b64encode(f"made-up-id:{secret}".encode()).decode()
    visitor.headers["Authorization"] = f"Basic {pair}"
    form = {"grant_type": "client_credentials", "scope": "visits.read"}
    reply = await visitor.ask("POST", "/api/v3/oauth/token", data=form)
    visitor.headers["Authorization"] = f"Bearer {reply.body.get('access_token')}"
    return reply.status


async def test_a_token_is_good_until_it_ends(harbour: Visitor) -> None:
    assert await log_in(harbour, "another") == 401
    assert await log_in(harbour) == 200
    assert (await harbour.ask("GET", "/api/v3/visits?expand=guest")).status == 200

    harbour.clock.go_on(timedelta(hours=1))

    assert (await harbour.ask("GET", "/api/v3/visits?expand=guest")).status == 401
    assert await log_in(harbour) == 200
    assert (await harbour.ask("GET", "/api/v3/visits?expand=guest")).status == 200


async def test_links_lead_through_everything_in_the_order_asked_for(harbour: Visitor) -> None:
    await log_in(harbour)
    path: str | None = (
        "/api/v3/visits?expand=guest&per_page=4&sort=-arrived&since=2026-06-01T00:00:00Z"
    )
    rows = []

    while path is not None:
        reply = await harbour.ask("GET", path)
        assert reply.status == 200, reply.body
        rows += reply.body
        _, _, following = reply.headers.get("Link", "").partition('rel="first", ')
        path = following.partition(">")[0].removeprefix("<") or None

    since = datetime(2026, 6, 1, tzinfo=UTC)
    wanted = [h for h in harbour.fake.held() if h.started_at and h.started_at >= since]
    assert sorted(ids(rows, "uid")) == sorted(each.native_id for each in wanted)
    seconds = [row["arrived"][:19] for row in rows]
    assert seconds == sorted(seconds, reverse=True)


async def test_a_link_is_good_whatever_goes_if_places_are_stable(harbour: Visitor) -> None:
    await log_in(harbour)
    first = await harbour.ask("GET", "/api/v3/visits?expand=guest&per_page=4&sort=-arrived")
    link = first.headers["Link"].rpartition("<")[2].partition(">")[0]
    before = await harbour.ask("GET", link)

    for row in first.body:
        harbour.fake.delete(row["uid"])

    assert (await harbour.ask("GET", link)).body == before.body


@pytest.fixture
async def quarry() -> AsyncIterator[Visitor]:
    async with visiting(example("quarry"), {"key": "made-up-key"}) as visitor:
        visitor.headers["X-Quarry-Key"] = "made-up-key"
        yield visitor


async def query(visitor: Visitor, **params: Any) -> Any:  # noqa: ANN401  # JSON
    return await visitor.call("/rpc", "shifts.query", {"detail": "full", **params})


async def test_pages_of_calls_are_counted_from_the_first(quarry: Visitor) -> None:
    pages = [await query(quarry, page={"number": n, "rows": 9}) for n in (1, 2, 3, 4)]

    rows = [ids(page["result"]["shifts"], "no") for page in pages]
    # It does not give as many as it is asked for.
    assert [len(each) for each in rows] == [10, 10, 3, 0]
    assert len({*rows[0], *rows[1], *rows[2]}) == 23
    assert (await query(quarry, page={"number": 0}))["error"]["code"] == -32602


async def test_values_of_a_filter_mean_what_the_file_says(quarry: Visitor) -> None:
    going_on = await query(quarry, where={"open": True})
    some = await query(quarry, where={"no": "3,5"})

    assert {row["open"] for row in going_on["result"]["shifts"]} == {True}
    assert sorted(ids(some["result"]["shifts"], "no")) == ["3", "5"]
    assert "error" in await query(quarry, where={"open": "true"}, colour=1)


async def test_a_write_is_seen_in_the_list(quarry: Visitor) -> None:
    params = {"miner": "Ida", "pit": "P9", "depth": 3}

    made = (await quarry.call("/rpc", "shifts.open", params))["result"]["shift"]
    ended = await quarry.call("/rpc", "shifts.close", {"shift": f"{made['no']}"})

    held = {each.native_id: each for each in quarry.fake.held()}[str(made["no"])]
    assert (made["miner"], made["pit"], made["depth"], made["open"]) == ("Ida", "P9", 3, True)
    assert ended["result"]["shift"]["open"] is False
    assert held.status == "ended"
    assert held.record == ended["result"]["shift"]


async def test_a_write_without_what_it_needs_does_nothing(quarry: Visitor) -> None:
    replies = [
        await quarry.call("/rpc", "shifts.open", {"pit": "P9"}),
        await quarry.call("/rpc", "shifts.open", {"miner": 9}),
        await quarry.call("/rpc", "shifts.close", {"shift": "none"}),
    ]

    assert all("error" in reply for reply in replies)
    assert replies[2]["error"]["code"] == -32004
    assert len(quarry.fake.held()) == 23


async def test_a_vendor_may_give_less_than_it_is_asked_for() -> None:
    async with visiting(example("quarry"), {"key": "k"}, largest=3) as visitor:
        visitor.headers["X-Quarry-Key"] = "k"

        pages = [await query(visitor, page={"number": n, "rows": 9}) for n in (1, 2)]

    assert [len(page["result"]["shifts"]) for page in pages] == [3, 3]


SOCKET = """
spec: 1
vendor: {id: wsv, title: WS}
transport:
  kind: jsonrpc_ws
  url: ${options.url}
  handshake: [{method: authorize, params: {key: "${options.key}"}, keep: {token: vendorToken}}]
list:
  request: {method: querySessions, params: {token: "${session.token}"}}
  records: result
  paginate: {style: single}
map: {native_id: {at: id}, status: {ended_with: ended_at}, ended_at: {at: end}}
"""


async def test_a_socket_is_open_to_who_knows_the_key() -> None:
    async with (
        visiting(spec_of(SOCKET), {"key": "made-up-key"}) as visitor,
        visitor.client.ws_connect(visitor.address) as socket,
    ):

        async def call(method: str, **params: Any) -> Any:  # noqa: ANN401  # JSON
            await socket.send_json({"id": 1, "method": method, "params": params})
            return await socket.receive_json()

        wrong = await call("authorize", key="stolen")
        early = await call("querySessions", token="stolen")
        let_in = await call("authorize", key="made-up-key")
        listed = await call("querySessions", token=let_in["result"]["vendorToken"])

    assert "error" in wrong
    assert "error" in early
    assert len(listed["result"]) == 23


AFTER = """
spec: 1
vendor: {id: tail, title: Tail}
transport: {kind: rest, base_url: "https://${options.site}.tail.example/v1"}
list:
  request: {path: "/${options.account}/rows", headers: {X-Api: "2"}}
  records: rows
  paginate:
    style: after_id
    after: {in: query, at: after}
    id: key
    size: {in: query, at: limit, max: 10}
    has_more: more
    end: [has_more]
map: {native_id: {at: id}, title: {at: a.b.c}}
errors:
  - {when: {status: 409}, is: start_over}
"""


async def test_a_page_behind_a_row_that_is_gone_is_refused() -> None:
    options = {"account": "made up", "site": "eu"}
    async with visiting(spec_of(AFTER), options) as visitor:
        visitor.headers["X-Api"] = "2"
        first = await visitor.ask("GET", "/v1/made%20up/rows?limit=10")
        last = first.body["rows"][-1]
        rest = await visitor.ask("GET", f"/v1/made%20up/rows?limit=10&after={last['key']}")
        visitor.fake.delete(last["id"])
        gone = await visitor.ask("GET", f"/v1/made%20up/rows?limit=10&after={last['key']}")

    assert (first.body["more"], rest.body["more"]) == (True, True)
    assert not {*ids(first.body["rows"], "id")} & {*ids(rest.body["rows"], "id")}
    assert gone.status == 409


async def test_what_is_always_sent_has_to_come() -> None:
    async with visiting(spec_of(AFTER), {"account": "a", "site": "eu"}) as visitor:
        reply = await visitor.ask("GET", "/v1/a/rows")

    assert reply.status == 400


FORMS = """
spec: 1
vendor: {id: forms, title: Forms}
transport: {kind: rest, base_url: "${options.url}"}
list: {request: {path: /rows}, records: "@", paginate: {style: single}}
map:
  native_id: {at: id, or_at: [meta.number]}
  started_at: {at: begin, required: true}
  ended_at: {at: end, or_at: [meta.end], none_if: ["0001-01-01T00:00:00"]}
  title: {at: label, none_if: [none, "-"]}
  client.name: {at: tool, values: {A: Auger, B: Breaker}}
abilities:
  filters:
    client: {eq: exact, send: {in: query, at: tool, values: from_map}}
    started_at: {ge: exact, granularity: 1min, send: {ge: {in: query, at: since}}}
"""


@pytest.fixture
async def forms() -> AsyncIterator[Visitor]:
    async with visiting(spec_of(FORMS), {}) as visitor:
        yield visitor


async def test_records_come_in_all_forms_that_the_file_speaks_of(forms: Visitor) -> None:
    rows = (await forms.ask("GET", "/rows")).body

    held = {each.native_id: each for each in forms.fake.held()}
    assert {"id" in row for row in rows} == {True, False}
    assert {str(row.get("id") or row["meta"]["number"]) for row in rows} == {*held}
    assert {"none", "-", None} < {row.get("label") for row in rows}
    ends = [(row.get("end"), row.get("meta", {}).get("end")) for row in rows]
    assert "0001-01-01T00:00:00" in {end for pair in ends for end in pair}


async def test_what_stands_for_no_end_is_none(forms: Visitor) -> None:
    rows = (await forms.ask("GET", "/rows")).body

    held = {each.native_id: each for each in forms.fake.held()}
    endless = [row for row in rows if row.get("end") == "0001-01-01T00:00:00"]
    assert endless
    for row in endless:
        assert held[str(row.get("id") or row["meta"]["number"])].instants["ended_at"] is None


async def test_a_bound_that_is_finer_than_said_is_refused(forms: Visitor) -> None:
    fine = await forms.ask("GET", "/rows?since=2026-06-14T00:00:30Z")
    coarse = await forms.ask("GET", "/rows?since=2026-06-14T00:01:00Z")

    assert (fine.status, coarse.status) == (400, 200)


async def test_words_of_any_field_are_asked_for_by_its_map(forms: Visitor) -> None:
    unknown = await forms.ask("GET", "/rows?tool=Auger")
    augers = await forms.ask("GET", "/rows?tool=A")

    assert unknown.status == 400
    assert {row["tool"] for row in augers.body} == {"A"}
