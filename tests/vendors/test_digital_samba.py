"""Digital Samba: the samples of its documents, and its simulator."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from gateway.spi import Mapped, Participants, Space, Status
from tests.support.adapters import mapped, provenance, rejected
from tests.support.payloads import raw
from tests.vendors.digital_samba import (
    ENDED_ROW,
    KEY,
    LIVE_ROW,
    OPENAPI_ROW,
    OPENAPI_STATISTICS,
    STATISTICS,
)

ADAPTER = DigitalSambaAdapter(DigitalSambaOptions.model_validate(KEY))


def test_a_live_row_maps_field_by_field() -> None:
    session = mapped(ADAPTER, raw(LIVE_ROW)).session

    assert session.id == "here:edb7a1cb-0627-44ed-9ae4-62a344d6e8a9"
    assert session.native_id == "edb7a1cb-0627-44ed-9ae4-62a344d6e8a9"
    assert session.vendor == "digital_samba"
    assert session.status is Status.ACTIVE
    assert session.native_status is None
    assert session.inferred == ()
    assert session.title is None
    assert session.started_at == datetime(2024, 3, 27, 8, 15, 36, tzinfo=UTC)
    assert session.ended_at is None
    assert session.last_activity_at is None
    assert session.duration_s is None
    assert session.user is None
    assert session.client is None
    assert session.space == Space("room", "95d36f70-a35e-4547-a9da-4f8c013c2874", "MyWebinar")
    assert session.participants == Participants(current=150, peak=200, total=300)
    assert session.attributes == {"room_external_id": None, "room_is_deleted": False}


def test_an_ended_row_has_its_end_and_its_length() -> None:
    session = mapped(ADAPTER, raw(ENDED_ROW)).session

    assert session.status is Status.ENDED
    assert session.ended_at == datetime(2024, 3, 27, 8, 27, 38, tzinfo=UTC)
    assert session.duration_s == 722
    assert session.last_activity_at == session.ended_at
    assert session.inferred == ("last_activity_at",)
    assert session.participants == Participants(current=0, peak=3, total=3)


def test_the_statistics_of_a_session_map_to_the_same_fields() -> None:
    session = mapped(ADAPTER, raw(STATISTICS)).session

    assert session.native_id == "cf6706ee-5971-464d-8cb9-da3a0df74cf1"
    assert session.status is Status.ENDED
    assert session.started_at == datetime(2024, 3, 22, 9, 18, 49, tzinfo=UTC)
    assert session.ended_at == datetime(2024, 3, 22, 9, 34, 34, tzinfo=UTC)
    assert session.duration_s == 945
    assert session.space == Space("room", "87a5d383-9e79-44ea-b382-686e430f4ecc", "Scrum")
    assert session.participants == Participants(current=0, peak=1, total=1)


def test_what_the_statistics_have_besides_is_kept_as_it_is() -> None:
    attributes = mapped(ADAPTER, raw(STATISTICS)).session.attributes

    taken = {"id", "room_id", "room_friendly_url", "session_live", "session_start_time"}
    taken |= {"session_end_time", "live_participants", "active_participants"}
    taken |= {"max_concurrent_participants"}
    assert attributes == {name: STATISTICS[name] for name in STATISTICS.keys() - taken}
    assert attributes["session_duration"] == 15
    assert attributes["session_id"] == "c7bcb25f-caf7-4700-8344-46b484bb6b3d"


def test_a_live_row_has_not_ended_for_all_its_end_time() -> None:
    session = mapped(ADAPTER, raw(OPENAPI_ROW)).session

    assert session.status is Status.ACTIVE
    assert session.started_at == datetime(2024, 3, 21, 5, 9, 31, tzinfo=UTC)
    assert session.ended_at is None
    assert session.duration_s is None
    assert session.title == "My room description"
    assert session.participants == Participants(current=3, peak=5, total=8)
    assert session.attributes == {
        "end_time": "2024-03-21T05:29:31.000000Z",
        "room_external_id": "EXT-ID-123",
        "room_is_deleted": False,
    }


def test_statistics_without_an_id_are_known_by_their_session_id() -> None:
    session = mapped(ADAPTER, raw(OPENAPI_STATISTICS)).session

    assert session.native_id == "0c843bf8-d245-450c-94fb-31e8a861bfaf"
    assert session.title == "Some public room"
    assert session.attributes["room_source"] == "api"
    assert "session_id" not in session.attributes


def test_two_ids_that_are_the_same_are_one() -> None:
    session = mapped(ADAPTER, raw(LIVE_ROW | {"session_id": LIVE_ROW["id"]})).session

    assert "session_id" not in session.attributes


def test_a_count_that_is_not_told_is_null() -> None:
    ended = {name: value for name, value in OPENAPI_ROW.items() if name != "participants_live"}

    session = mapped(ADAPTER, raw(ended | {"live": False})).session

    assert session.participants == Participants(current=None, peak=5, total=8)


@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2024-03-27 08:15:36", 0),
        ("2024-03-27 08:15:36.25", 250000),
        ("2024-03-27T08:15:36Z", 0),
        ("2024-03-27T08:15:36.250000Z", 250000),
    ],
)
def test_a_time_is_read_in_each_of_its_forms(written: str, microsecond: int) -> None:
    session = mapped(ADAPTER, raw(LIVE_ROW | {"start_time": written})).session

    assert session.started_at == datetime(2024, 3, 27, 8, 15, 36, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "status", "inferred"),
    [
        ("2024-03-27 09:00:00", Status.ENDED, ("status", "last_activity_at")),
        (None, Status.UNKNOWN, ()),
    ],
)
def test_without_a_word_on_live_only_an_end_tells_the_status(
    end: str | None, status: Status, inferred: tuple[str, ...]
) -> None:
    session = mapped(ADAPTER, raw(ENDED_ROW | {"live": None, "end_time": end})).session

    assert session.status is status
    assert session.inferred == inferred


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_time", "last Tuesday"),
        ("participants_max", "three"),
        ("friendly_url", ["Daily"]),
    ],
)
def test_an_unreadable_field_is_null_and_keeps_its_original(field: str, value: object) -> None:
    result = mapped(ADAPTER, raw(ENDED_ROW | {field: value}))

    assert result.unreadable == (field,)
    assert result.session.attributes[field] == value


def test_an_end_before_the_start_is_no_end() -> None:
    result = mapped(ADAPTER, raw(ENDED_ROW | {"end_time": "2024-03-27 08:00:00"}))

    assert result.unreadable == ("end_time",)
    assert result.session.status is Status.ENDED
    assert result.session.ended_at is None
    assert result.session.duration_s is None


@pytest.mark.parametrize("record", [ENDED_ROW | {"id": ""}, ENDED_ROW | {"id": True}, {}, [], None])
def test_a_record_without_a_usable_id_is_rejected(record: object) -> None:
    assert "record" in rejected(ADAPTER, raw(record)).reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(sorted({*OPENAPI_ROW, *OPENAPI_STATISTICS}))


@settings(deadline=None)
@given(JSON | st.dictionaries(NAMES, JSON))
def test_any_json_maps_or_is_rejected_and_the_unreadable_is_kept(record: Any) -> None:  # noqa: ANN401  # any JSON
    result = ADAPTER.normalise(raw(record), provenance("digital_samba"))

    if isinstance(result, Mapped):
        kept = result.session.attributes
        assert all(kept[name] == record[name] for name in result.unreadable)
