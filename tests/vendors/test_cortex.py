"""EMOTIV Cortex: the samples of its documents, the three generations of its sessions, options."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import ACCOUNT, CLIENT
from gateway.spi import (
    Client,
    Mapped,
    Named,
    Space,
    Status,
)
from tests.support.adapters import mapped, provenance, rejected
from tests.support.payloads import raw, sample

URL = "wss://cortex.example:54321"
ADAPTER = CortexAdapter(CortexOptions.model_validate({"url": URL}))


def row(**fields: object) -> dict[str, object]:
    """Build a session object as later documents have it, closed and with one recording."""
    plain: dict[str, object] = {
        "appId": "com.emotiv.emotivpro",
        "headset": {"id": "EPOCPLUS-DEADBEEF", "label": "", "status": "connected"},
        "id": "9ea68a11",
        "license": "1ca3fd1c",
        "logs": {"recordInfos": [{"startMarkerRecording": "", "stopMarkerRecording": ""}]},
        "markers": [],
        "owner": "cortextest",
        "profile": "",
        "project": "Test Cortex",
        "recording": False,
        "started": "2017-06-01T15:23:33.130641+07:00",
        "status": "closed",
        "stopped": "2017-06-01T15:25:53.315695+07:00",
        "streams": None,
        "subject": "cuong",
        "tags": ["rest"],
        "title": "test1",
    }
    return plain | fields


def test_the_samples_of_the_document_map_field_by_field() -> None:
    opened, activated = sample("cortex/query_all.json")["result"]

    session = mapped(ADAPTER, raw(opened)).session

    assert session.id == "here:09fc4d57-a447-45e7-9776-630533ceeaf2"
    assert session.status is Status.ACTIVE
    assert session.native_status == "opened"
    assert session.started_at == datetime(2017, 4, 3, 10, 49, 2, tzinfo=UTC)
    assert (session.ended_at, session.last_activity_at, session.duration_s) == (None, None, None)
    assert (session.user, session.client, session.space, session.title) == (None, None, None, None)
    assert session.device == Named(id="INSIGHT-59683C10")
    assert session.tags == ()
    assert session.inferred == ()
    assert session.attributes == {
        "license": "7ca047af-0f33-430a-8391-a96eb379de47",
        "logs": None,
        "markers": 0,
        "profile": "",
        "recording": None,
        "streams": {},
        "subject": "",
    }
    assert mapped(ADAPTER, raw(activated)).session.status is Status.ACTIVE
    assert sample("cortex/query_by_status.json")["result"] == [opened]


def test_a_later_session_maps_field_by_field() -> None:
    record = row(
        markers=[{"code": 1, "events": [["2017-06-01T15:25:00.976923+07:00", 1]]}, {"code": 2}]
    )

    result = mapped(ADAPTER, raw(record))
    session = result.session

    assert result.unreadable == ()
    assert session.native_id == "9ea68a11"
    assert (session.status, session.native_status) == (Status.ENDED, "closed")
    assert session.started_at == datetime(2017, 6, 1, 8, 23, 33, 130641, tzinfo=UTC)
    assert session.ended_at == datetime(2017, 6, 1, 8, 25, 53, 315695, tzinfo=UTC)
    assert session.last_activity_at == session.ended_at
    assert session.duration_s == 140.185054
    assert session.user == Named(id="cortextest")
    assert session.device == Named(id="EPOCPLUS-DEADBEEF")
    assert session.client == Client(name="com.emotiv.emotivpro")
    assert session.space == Space("project", name="Test Cortex")
    assert session.title == "test1"
    assert session.tags == ("rest",)
    assert session.inferred == ("last_activity_at",)
    assert session.attributes == {
        "headset": record["headset"],
        "license": "1ca3fd1c",
        "logs": record["logs"],
        "markers": 2,
        "profile": "",
        "recording": False,
        "streams": None,
        "subject": "cuong",
    }


def test_a_session_of_version_2_maps_field_by_field() -> None:
    """The fields of "Session object" and "Headset object", and one that is in no document."""
    record = sample("cortex/v2_session.json")

    result = mapped(ADAPTER, raw(record))
    session = result.session

    assert result.unreadable == ()
    assert session.native_id == "d8fe7658-71f1-4cd6-bb5d-f6775b03438f"
    assert (session.status, session.native_status) == (Status.ACTIVE, "activated")
    assert session.started_at == datetime(2026, 11, 20, 3, 15, 30, 123000, tzinfo=UTC)
    assert (session.ended_at, session.duration_s, session.last_activity_at) == (None, None, None)
    assert session.user == Named(id="harry.potter")
    assert session.device == Named("EPOCX-E2020300", "Lab 3")
    assert session.client == Client(name="com.example.gateway")
    assert (session.space, session.title, session.tags) == (None, None, ())
    left = ("headset", "license", "performanceMetrics", "recordIds", "recording", "streams")
    assert session.attributes == {name: record[name] for name in left}


def test_a_session_of_version_2_that_was_just_closed_has_ended() -> None:
    """The answer of "updateSession" is the only one that shows a session closed."""
    record = sample("cortex/v2_session.json")
    over = record | {"status": "closed", "stopped": "2026-11-20T10:16:00.623+07:00"}

    session = mapped(ADAPTER, raw(over)).session

    assert session.status is Status.ENDED
    assert session.duration_s == 30.5
    assert session.last_activity_at == session.ended_at


@pytest.mark.parametrize(
    ("started", "instant"),
    [
        ("2017-04-03T10:49:02Z", datetime(2017, 4, 3, 10, 49, 2, tzinfo=UTC)),
        ("2017-06-01T00:23:33.130+07:00", datetime(2017, 5, 31, 17, 23, 33, 130000, tzinfo=UTC)),
        ("2017-06-01T00:23:33.130641+07:00", datetime(2017, 5, 31, 17, 23, 33, 130641, tzinfo=UTC)),
    ],
)
def test_instants_of_every_precision_are_read(started: str, instant: datetime) -> None:
    assert mapped(ADAPTER, raw(row(started=started))).session.started_at == instant


def test_an_imported_session_has_no_times() -> None:
    session = mapped(ADAPTER, raw(row(started="", stopped=""))).session

    assert session.status is Status.ENDED
    assert (session.started_at, session.ended_at, session.duration_s) == (None, None, None)
    assert session.last_activity_at is None
    assert session.inferred == ()


@pytest.mark.parametrize(
    ("marked", "recorded"),
    [("2017-06-01T15:25:33+07:00", "2017-06-01T08:24:00Z"), ("", "2017-06-01T08:25:33Z")],
)
def test_the_last_activity_is_the_latest_mark_of_a_session_under_way(
    marked: str, recorded: str
) -> None:
    record = row(
        status="activated",
        stopped="",
        markers=[{"events": [[], ["2017-06-01T15:25:00+07:00", 1], [marked, -1]]}],
        logs={"recordInfos": [{"startMarkerRecording": recorded, "stopMarkerRecording": ""}]},
    )

    session = mapped(ADAPTER, raw(record)).session

    assert session.last_activity_at == datetime(2017, 6, 1, 8, 25, 33, tzinfo=UTC)
    assert session.inferred == ("last_activity_at",)
    assert session.duration_s is None


def test_a_session_under_way_has_not_ended_for_all_its_stop_time() -> None:
    live = row(status="activated", stopped="2017-06-01T15:25:53.315695+07:00")

    session = mapped(ADAPTER, raw(live)).session

    assert session.status is Status.ACTIVE
    assert session.ended_at is None
    assert session.attributes["stopped"] == "2017-06-01T15:25:53.315695+07:00"


def test_a_word_for_the_status_that_is_not_known_is_kept() -> None:
    found = mapped(ADAPTER, raw(row(status="paused")))

    assert found.is_status_unknown
    session = found.session
    assert (session.status, session.native_status) == (Status.UNKNOWN, "paused")
    assert session.duration_s is None


def test_an_anonymous_owner_is_no_user_and_stays_an_attribute() -> None:
    session = mapped(ADAPTER, raw(row(owner="Basic"))).session

    assert session.user is None
    assert session.attributes["owner"] == "Basic"


@pytest.mark.parametrize(
    ("headset", "device"),
    [
        ({"id": "EPOC-1", "label": "Lab 3", "customName": "other"}, Named("EPOC-1", "Lab 3")),
        ({"id": "EPOC-1", "label": "", "customName": "Lab 3"}, Named("EPOC-1", "Lab 3")),
        ({"id": "", "label": "Lab 3"}, Named(None, "Lab 3")),
        ({"id": None, "firmware": "925"}, None),
        ({}, None),
    ],
)
def test_a_headset_object_names_the_device_and_stays_whole(
    headset: dict[str, object], device: Named | None
) -> None:
    result = mapped(ADAPTER, raw(row(headset=headset)))

    assert result.session.device == device
    assert result.session.attributes["headset"] == headset
    assert result.unreadable == ()


def test_an_early_client_stands_in_for_an_application_that_is_not_named() -> None:
    session = mapped(ADAPTER, raw(row(appId="", client="emotiv.xavier"))).session

    assert session.client == Client(name="emotiv.xavier")


@pytest.mark.parametrize("field", ["recording", "streams"])
@pytest.mark.parametrize("value", [True, False, None, {}, ["eeg"], {"eeg": {}}])
def test_a_field_without_a_canonical_place_stays_as_it_is(field: str, value: object) -> None:
    assert mapped(ADAPTER, raw(row(**{field: value}))).session.attributes[field] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("started", "last Tuesday"),
        ("started", "2017-06-01T15:23:33"),
        ("started", "0001-01-01T00:00:00+07:00"),
        ("stopped", "2017-06-01T15:23:33.130640+07:00"),
        ("stopped", 1496305413),
        ("status", 1),
        ("title", ["test1"]),
        ("owner", {"id": 1}),
        ("appId", 7),
        ("project", False),
        ("tags", "rest"),
        ("headset", ["EPOC-1"]),
        ("headset", {"id": 5}),
        ("markers", {"code": 1}),
        ("markers", [{"events": [["last Tuesday", 1]]}]),
        ("logs", ["c7030f18"]),
        ("logs", {"recordInfos": [{"stopMarkerRecording": 12.5}]}),
    ],
)
def test_an_unreadable_field_is_reported_and_keeps_its_original(field: str, value: object) -> None:
    result = mapped(ADAPTER, raw(row(**{field: value})))

    assert result.unreadable == (field,)
    assert result.session.attributes[field] == value


@pytest.mark.parametrize("record", [row(id=None), row(id=""), row(id=[1]), {}, [], "x", None])
def test_a_record_without_a_usable_id_is_rejected(record: object) -> None:
    assert "record" in rejected(ADAPTER, raw(record)).reason


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
_TIME_LIKE = st.datetimes().map(lambda naive: f"{naive.isoformat()}Z") | st.text()
_SHAPED = st.fixed_dictionaries(
    {"id": st.text()},
    optional={
        "started": _TIME_LIKE,
        "stopped": _TIME_LIKE,
        "headset": _JSON | st.fixed_dictionaries({}, optional={"id": _JSON, "label": _JSON}),
        "markers": st.lists(st.fixed_dictionaries({"events": st.lists(st.lists(_TIME_LIKE))})),
        "logs": st.fixed_dictionaries({"recordInfos": _JSON}),
        **dict.fromkeys(("status", "owner", "appId", "client", "tags", "surprise"), _JSON),
    },
)


_CANONICAL = {"id", "status", "started", "stopped", "owner", "appId", "client", "headset", "tags"}


@settings(deadline=None)  # a machine may be busy
@given(record=_JSON | _SHAPED)
def test_whatever_arrives_is_mapped_or_rejected_and_nothing_is_lost(record: Any) -> None:  # noqa: ANN401  # any JSON
    result = ADAPTER.normalise(raw(record), provenance("cortex"))

    if isinstance(result, Mapped):
        attributes = result.session.attributes
        assert set(result.unreadable) <= attributes.keys()
        assert record.keys() - _CANONICAL <= attributes.keys()
        assert msgspec.json.encode(result.session)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dialect": "v3"}, "Input should be 'auto', 'v1' or 'v2'"),
        ({"dialect": "v1", "remember_closed": True}, "v1 lists closed sessions itself"),
        ({"client_secret": "hush"}, "client_id and client_secret go together"),
        ({"client_id": ""}, "at least 1 character"),
        ({"license": ""}, "at least 1 character"),
        ({**CLIENT, "password": "hush"}, "username and password go together"),
        ({"username": "me", "password": "hush"}, "username needs client_id and client_secret"),
        ({"dialect": "v2"}, "dialect v2 needs client_id and client_secret"),
        ({"dialect": "v2", **CLIENT, **ACCOUNT}, "username and password are for v1"),
    ],
)
def test_options_that_cannot_work_are_refused_by_name_without_their_secrets(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        CortexOptions.model_validate({"url": URL, **options})

    assert message in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dialect": "v1", **CLIENT, **ACCOUNT, "license": "1ca3fd1c"},
        {"dialect": "v2", **CLIENT, "license": "1ca3fd1c", "remember_closed": True},
        {"dialect": "auto", **CLIENT, **ACCOUNT},
    ],
)
def test_options_that_suit_their_dialect_are_taken(options: dict[str, object]) -> None:
    taken = CortexOptions.model_validate({"url": URL, **options})

    assert taken.dialect == options.get("dialect", "auto")
