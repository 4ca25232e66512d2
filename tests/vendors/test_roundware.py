"""Roundware: its recorded records, its document's samples, and its simulator."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from pydantic import ValidationError

from adapters.roundware import RoundwareAdapter, RoundwareOptions
from adapters.simulators.roundware import TOKEN, RoundwareSimulator
from gateway.spi import Client, ErrorCode, GiveUp, LogInAgain, Named, Space, Status
from tests.support.adapters import NOON, Driver, driving, mapped, noon, rejected
from tests.support.payloads import raw, recording, sample

ADAPTER = RoundwareAdapter(
    RoundwareOptions.model_validate({"url": "https://museum.example/api/2", "token": TOKEN})
)


def row(**fields: object) -> dict[str, object]:
    """Build a row as the server sends it."""
    plain: dict[str, object] = {
        "id": 7,
        "device_id": None,
        "starttime": "2026-11-22T11:30:00.250000",
        "stoptime": None,
        "client_type": None,
        "client_system": None,
        "demo_stream_enabled": False,
        "geo_listen_enabled": True,
        "timezone": "0000",
        "project_id": 1,
        "language_id": None,
    }
    return plain | fields


@pytest.fixture
async def museum() -> AsyncIterator[tuple[RoundwareSimulator, Driver]]:
    simulator = RoundwareSimulator(rows=300, seed=1, clock=noon)
    address = await simulator.start()
    try:
        async with driving(RoundwareAdapter, simulator.options(address)) as driver:
            yield simulator, driver
    finally:
        await simulator.stop()


def test_a_recorded_row_maps_field_by_field() -> None:
    body = recording("roundware/list_unfiltered.json")["response"]["body"][4]

    session = mapped(ADAPTER, raw(body)).session

    assert session.id == "here:5"
    assert session.native_id == "5"
    assert session.vendor == "roundware"
    assert session.started_at == datetime(2019, 3, 19, 23, 50, 7, 853277, tzinfo=UTC)
    assert session.ended_at is None
    assert session.duration_s is None
    assert session.status is Status.UNKNOWN
    assert session.inferred == ("status",)
    assert session.device == Named(id="aab826ee-f66c-43df-ad0b-7450e6634043")
    assert session.client == Client(name="iPhone", version="15.5")
    assert session.space == Space("project", id="1")
    assert session.user is None
    assert session.language is None
    assert session.attributes == {
        "client_system": "iOS 15.5",
        "demo_stream_enabled": False,
        "geo_listen_enabled": False,
        "timezone": "+0000",
        "language_id": 2,
    }


def test_a_recorded_row_with_a_stop_time_has_ended() -> None:
    body = recording("roundware/get_with_stoptime.json")["response"]["body"]

    session = mapped(ADAPTER, raw(body)).session

    assert session.status is Status.ENDED
    assert session.ended_at == datetime(2012, 8, 27, 0, 15, 52, tzinfo=UTC)
    assert session.duration_s == 244
    assert session.inferred == ()


@pytest.mark.parametrize("name", ["list_unfiltered", "list_demo_true", "list_project_id_1"])
def test_every_recorded_list_maps_without_a_rejection(name: str) -> None:
    for body in recording(f"roundware/{name}.json")["response"]["body"]:
        result = mapped(ADAPTER, raw(body))

        assert result.unreadable == ()
        assert result.session.native_id == str(body["id"])


def test_the_samples_of_the_document_map() -> None:
    records = [*sample("roundware/list.json"), sample("roundware/get.json")]

    sessions = [mapped(ADAPTER, raw(record)).session for record in records]

    assert [session.native_id for session in sessions] == ["109", "111", "1"]
    assert sessions[0].started_at == datetime(2017, 9, 6, 15, 43, 35, 947761, tzinfo=UTC)
    assert sessions[0].client == Client(name="iOS", version="8.1")
    assert sessions[0].attributes["timezone"] == "-8000"


def test_how_rarely_the_whole_list_is_wanted_is_an_option() -> None:
    options = {"url": "https://museum.example/api/2", "token": TOKEN}
    hourly = RoundwareAdapter(
        RoundwareOptions.model_validate({**options, "full_list_every_s": 3600})
    )

    assert hourly.abilities().full_list_every == timedelta(hours=1)
    assert ADAPTER.abilities().full_list_every is None
    with pytest.raises(ValidationError):
        RoundwareOptions.model_validate({**options, "full_list_every_s": 0})


@pytest.mark.parametrize(
    ("known", "following"),
    [([], ["1", "2"]), (["9", "10", "2"], ["11", "12"]), (["x", "3"], ["4", "5"])],
)
def test_ids_count_on_from_the_largest(known: list[str], following: list[str]) -> None:
    assert list(islice(ADAPTER.next_ids(known), 2)) == following


def test_no_id_follows_the_largest_there_can_be() -> None:
    assert list(ADAPTER.next_ids([str(2**31 - 1)])) == []


def test_a_null_stop_time_is_active_for_an_hour_and_unknown_after() -> None:
    just_within = raw(row(starttime="2026-11-22T11:00:00.000001"))
    an_hour_old = raw(row(starttime="2026-11-22T11:00:00"))

    assert mapped(ADAPTER, just_within).session.status is Status.ACTIVE
    assert mapped(ADAPTER, an_hour_old).session.status is Status.UNKNOWN


def test_a_stop_before_the_start_stays_an_attribute_and_is_reported() -> None:
    result = mapped(ADAPTER, raw(row(stoptime="2026-11-22T11:00:00")))

    assert result.session.ended_at is None
    assert result.session.attributes["stoptime"] == "2026-11-22T11:00:00"
    assert result.unreadable == ("stoptime",)


def test_an_unreadable_field_is_null_and_keeps_its_original() -> None:
    result = mapped(ADAPTER, raw(row(starttime="last Tuesday", new_field={"a": 1})))

    assert result.session.started_at is None
    assert result.session.attributes["starttime"] == "last Tuesday"
    assert result.session.attributes["new_field"] == {"a": 1}
    assert result.unreadable == ("starttime",)


@pytest.mark.parametrize("record", [row(id=None), row(id=""), row(id=True), {}, [], "x", None])
def test_a_record_without_a_usable_id_is_rejected(record: object) -> None:
    assert "record" in rejected(ADAPTER, raw(record)).reason


async def test_the_list_holds_every_session_of_the_simulator(
    museum: tuple[RoundwareSimulator, Driver],
) -> None:
    simulator, driver = museum

    sessions = await driver.sessions()

    told = {(s.native_id, s.started_at, s.status.value) for s in sessions}
    assert told == {(h.native_id, h.started_at, h.status) for h in simulator.held()}
    assert len(sessions) == 300
    assert {status for _, _, status in told} == {"active", "ended", "unknown"}


async def test_one_session_is_read_by_its_number(
    museum: tuple[RoundwareSimulator, Driver],
) -> None:
    simulator, driver = museum
    held = simulator.held()[10]

    record = await driver.adapter.get(held.native_id, driver.context)

    assert record is not None
    assert mapped(driver.adapter, record).session.started_at == held.started_at


async def test_an_unknown_number_is_no_session(museum: tuple[RoundwareSimulator, Driver]) -> None:
    _, driver = museum

    assert await driver.adapter.get("999999", driver.context) is None


@pytest.mark.parametrize("native_id", ["", "abc", "a/../b", "-1", "٤٢", "2147483648", "9" * 5000])
async def test_an_id_that_the_server_fails_on_is_never_sent(
    museum: tuple[RoundwareSimulator, Driver], native_id: str
) -> None:
    simulator, driver = museum

    assert await driver.adapter.get(native_id, driver.context) is None
    assert simulator.requests == []


async def test_a_wrong_token_asks_for_a_new_log_in(
    museum: tuple[RoundwareSimulator, Driver],
) -> None:
    simulator, _ = museum
    address = await simulator.start()

    async with driving(RoundwareAdapter, simulator.options(address) | {"token": "wrong"}) as driver:
        with pytest.raises(LogInAgain) as caught:
            await driver.pages()

    assert caught.value.code is ErrorCode.AUTH


async def test_an_address_without_the_api_is_a_configuration_error(
    museum: tuple[RoundwareSimulator, Driver],
) -> None:
    simulator, _ = museum
    address = await simulator.start()

    async with driving(RoundwareAdapter, {"url": address, "token": TOKEN}) as elsewhere:
        with pytest.raises(GiveUp) as caught:
            await elsewhere.pages()

    assert caught.value.code is ErrorCode.CONFIG


def test_the_living_simulator_moves_on_with_its_clock() -> None:
    now = NOON
    simulator = RoundwareSimulator(rows=5, seed=3, clock=lambda: now)
    before = len(simulator.held())

    now += timedelta(minutes=10)

    assert len(simulator.held()) > before
