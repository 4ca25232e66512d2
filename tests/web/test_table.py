"""Sessions as CSV: flat, harmless, and whole or broken off."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.federation.run import SessionPage
from gateway.model.query import Query
from gateway.model.report import Count, Relation
from gateway.model.session import Client, Named, Participants, Session, Space, Status
from gateway.paging.rows import Row
from gateway.web.callers import ANYONE
from gateway.web.parse import Binding, ListRequest
from gateway.web.writers import TABLE
from tests.support.gateway import Gateway, Vendors, all_vendors, running
from tests.web.test_front_door import problem

CSV = {"Accept": "text/csv"}
DANGEROUS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def asked(**given: Any) -> ListRequest:  # noqa: ANN401  # any field of a request
    query = Query(("a",))
    return ListRequest(query, Binding(ANYONE, frozenset(), frozenset(), query), **given)


def row(native_id: str = "1", **fields: Any) -> Row:  # noqa: ANN401  # any field of a session
    session = Session(id=f"a:{native_id}", backend="a", vendor="v", native_id=native_id, **fields)
    return Row((), session, Raw(b'{"x":1}'))


def read(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode(), newline="")))


def table(*rows: Row, **given: Any) -> list[dict[str, str]]:  # noqa: ANN401  # any field of a request
    page = SessionPage(rows, None, Count(len(rows), Relation.EQUAL), {})
    return read(TABLE.begin(asked(**given)) + TABLE.rows(page, asked(**given)))


def test_every_field_has_its_column() -> None:
    whole = row(
        status=Status.ACTIVE,
        started_at=datetime(2026, 11, 22, 6, 0, 0, 5, UTC),
        duration_s=1.5,
        user=Named("u", "Ada"),
        client=Client("app", "1.2"),
        space=Space("room", "r", "Hall"),
        tags=("a", "b"),
        participants=Participants(1, 2, 3),
        attributes={"n": [1, None], "t": 'say "hi"'},
    )

    (told,) = table(whole, is_raw_wanted=True)

    assert told == {
        "id": "a:1",
        "backend": "a",
        "vendor": "v",
        "native_id": "1",
        "status": "active",
        "native_status": "",
        "title": "",
        "started_at": "2026-11-22T06:00:00.000005Z",
        "ended_at": "",
        "last_activity_at": "",
        "duration_s": "1.5",
        "language": "",
        "user.id": "u",
        "user.name": "Ada",
        "device.id": "",
        "device.name": "",
        "client.name": "app",
        "client.version": "1.2",
        "space.kind": "room",
        "space.id": "r",
        "space.name": "Hall",
        "participants.current": "1",
        "participants.peak": "2",
        "participants.total": "3",
        "tags": '["a","b"]',
        "inferred": "[]",
        "attributes": '{"n":[1,null],"t":"say \\"hi\\""}',
        "raw": '{"x":1}',
    }


def test_columns_are_those_of_the_fields_that_are_wanted() -> None:
    assert TABLE.begin(asked(fields=("user", "id"))) == b"user.id,user.name,id\r\n"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_cell_holds_its_text_and_no_formula(title: str) -> None:
    (told,) = table(row(title=title), fields=("title",))

    assert told["title"] in (title, "'" + title)
    assert told["title"][:1] not in set(DANGEROUS)


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=700) as vendors:
        yield vendors


@pytest.fixture
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings()) as gateway:
        yield gateway


async def sent(gateway: Gateway, query: str = "") -> str:
    url = f"{gateway.address}/v1/sessions?{query}"
    async with gateway.client.get(url, headers=CSV) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="sessions.csv"'
        assert response.headers["Cache-Control"] == "no-store"
        return await response.text()


async def test_the_table_holds_all_that_the_pages_hold_in_the_same_order(gateway: Gateway) -> None:
    query = "sort=title&fields=id,attributes"
    pages = await gateway.walk([1000], sort="title", fields="id,attributes")
    walked = [session for page in pages for session in page.body["data"]]

    told = read((await sent(gateway, query)).encode())

    assert len(told) > 2000
    assert [each["id"] for each in told] == [session["id"] for session in walked]
    assert [json.loads(each["attributes"]) for each in told] == [s["attributes"] for s in walked]


async def test_a_limit_caps_the_table(gateway: Gateway) -> None:
    told = read((await sent(gateway, "limit=501&fields=id")).encode())

    assert len(told) == 501


async def test_a_table_that_would_lack_rows_is_not_begun(
    gateway: Gateway, vendors: Vendors
) -> None:
    await vendors.servers["ekran"].stop()

    answer = await gateway.get("/v1/sessions", headers=CSV)

    problem(answer, 502, "upstream_failed")


async def test_a_table_whose_rows_can_no_longer_be_read_breaks_off(
    gateway: Gateway, vendors: Vendors
) -> None:
    url = f"{gateway.address}/v1/sessions?backend=digital-samba&fields=id,attributes"

    with pytest.raises(aiohttp.ClientError):  # noqa: PT012  # it breaks off somewhere in there
        async with gateway.client.get(url, headers=CSV) as response:
            assert response.status == 200
            await response.content.readline()
            await vendors.servers["digital-samba"].stop()
            await response.read()
