"""Ekran System: its document's sample, its records as far as they are known, its simulator."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.ekran import EkranAdapter, EkranOptions
from adapters.simulators.ekran import KEY
from gateway.spi import (
    Mapped,
    Named,
    Rejected,
    Status,
)
from tests.support.adapters import mapped, provenance, rejected
from tests.support.payloads import raw, sample

URL = "https://ekran.example/ekranapi"
ADAPTER = EkranAdapter(
    EkranOptions.model_validate({"url": URL, "api_key": KEY, "timezone": "Europe/Paris"})
)


def row(**fields: object) -> dict[str, object]:
    """Build a record as far as the documents tell."""
    plain: dict[str, object] = {
        "sessionId": 124,
        "userId": 61,
        "clientGuid": "1d4fegdr-g3ff-4114-a814-f3aeee14dgdg",
        "loginDate": "2026-11-22T11:30:00.2500000+01:00",
        "logoutDate": "2026-11-22T12:30:00.2500000+01:00",
        "duration": "01:00:00",
        "productivityTime": "00:48:00.5000000",
        "idleTime": "00:11:59.5000000",
    }
    return plain | fields


def test_the_sample_of_the_document_tells_a_duration_and_nothing_else() -> None:
    fragment = sample("ekran/session_fragment.json")
    times = {"loginDate": "2026-11-21T00:00:00Z", "logoutDate": "2026-11-21T20:20:40.002Z"}

    alone = mapped(ADAPTER, raw(fragment)).session
    ended = mapped(ADAPTER, raw(fragment | times)).session

    assert alone.native_id == "124"
    assert alone.status is Status.UNKNOWN
    assert alone.inferred == ()
    assert alone.duration_s is None
    assert alone.attributes == {"duration": "20:20:40.0020000"}
    assert ended.duration_s == 73_240.002


def test_a_record_maps_field_by_field() -> None:
    session = mapped(ADAPTER, raw(row(userName="alice (bob@example.org)", ninth=None))).session

    assert session.id == "here:124"
    assert session.vendor == "ekran"
    assert session.native_id == "124"
    assert session.status is Status.ENDED
    assert session.inferred == ("status",)
    assert session.native_status is None
    assert session.started_at == datetime(2026, 11, 22, 10, 30, 0, 250_000, tzinfo=UTC)
    assert session.ended_at == datetime(2026, 11, 22, 11, 30, 0, 250_000, tzinfo=UTC)
    assert session.duration_s == 3600
    assert session.user == Named("61", "alice (bob@example.org)")
    assert session.device == Named("1d4fegdr-g3ff-4114-a814-f3aeee14dgdg")
    assert session.attributes == {
        "productivityTime": "00:48:00.5000000",
        "idleTime": "00:11:59.5000000",
        "ninth": None,
    }


def test_names_are_read_in_any_case_and_unknown_ones_kept_in_their_own() -> None:
    record = {name[0].upper() + name[1:]: value for name, value in row(hostName="PC-7").items()}

    result = mapped(ADAPTER, raw(record))

    assert result.session.started_at == datetime(2026, 11, 22, 10, 30, 0, 250_000, tzinfo=UTC)
    assert result.session.duration_s == 3600
    assert result.session.device == Named("1d4fegdr-g3ff-4114-a814-f3aeee14dgdg", "PC-7")
    assert result.session.attributes.keys() == {"ProductivityTime", "IdleTime"}


@pytest.mark.parametrize(
    "logout",
    [
        {"logoutDate": None},
        {"logoutDate": ""},
        {"logoutDate": "0001-01-01T00:00:00"},
        {"logoutDate": "0001-01-01T00:00:00.0000000+01:00"},
        {},
    ],
)
def test_without_a_logout_a_session_is_active_and_has_no_length_yet(
    logout: dict[str, object],
) -> None:
    record = {name: value for name, value in row().items() if name != "logoutDate"} | logout

    result = mapped(ADAPTER, raw(record))

    assert result.session.status is Status.ACTIVE
    assert result.session.ended_at is None
    assert result.session.duration_s is None
    assert result.session.attributes["duration"] == "01:00:00"
    assert "logoutDate" not in result.session.attributes
    assert result.unreadable == ()


@pytest.mark.parametrize("logout", ["later", 7, "2026-11-22T11:29:59+01:00"])
def test_a_logout_that_cannot_be_one_leaves_the_status_unknown(logout: object) -> None:
    result = mapped(ADAPTER, raw(row(logoutDate=logout)))

    assert result.session.status is Status.UNKNOWN
    assert result.session.ended_at is None
    assert result.session.duration_s is None
    assert result.session.attributes["logoutDate"] == logout
    assert result.unreadable == ("logoutDate",)


def test_times_without_an_offset_are_in_the_zone_of_the_server() -> None:
    session = mapped(ADAPTER, raw(row(loginDate="2026-07-01T12:00:00.0000000"))).session

    assert session.started_at == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1.01:00:00", 90_000), ("00:00:00.0000010", 1e-6), (None, 3600), ("", 3600)],
)
def test_the_duration_is_the_vendors_or_that_between_the_times(
    written: str | None, seconds: float
) -> None:
    result = mapped(ADAPTER, raw(row(duration=written)))

    assert result.session.duration_s == seconds
    assert result.unreadable == ()


@pytest.mark.parametrize("written", ["-01:00:00", "an hour", 3600])
def test_an_unreadable_duration_is_kept_and_that_between_the_times_told(written: object) -> None:
    result = mapped(ADAPTER, raw(row(duration=written)))

    assert result.session.duration_s == 3600
    assert result.session.attributes["duration"] == written
    assert result.unreadable == ("duration",)


@pytest.mark.parametrize("record", [row(sessionId=None), row(sessionId=1.5), {}, [], "x", None])
def test_a_record_without_a_usable_id_is_rejected(record: object) -> None:
    assert "record" in rejected(ADAPTER, raw(record)).reason


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_DATES = st.datetimes().map(datetime.isoformat) | st.just("0001-01-01T00:00:00-23:59")
_NAMES = [*row(userName="", clientName="", hostName="")]
_ODD_ROWS = st.fixed_dictionaries(
    dict.fromkeys(_NAMES, _DATES | _JSON) | {"sessionId": st.integers()},
    optional={"LOGINDATE": _DATES | _JSON, "ninth": _JSON},
)


@given(record=_JSON)
def test_whatever_json_a_record_is_it_maps_or_is_rejected(record: object) -> None:
    result = ADAPTER.normalise(raw(record), provenance("ekran"))

    assert isinstance(result, Mapped | Rejected)


@given(record=_ODD_ROWS)
def test_whatever_a_field_holds_it_is_read_or_kept(record: dict[str, Any]) -> None:
    result = mapped(ADAPTER, raw(record))

    kept = result.session.attributes
    assert all(kept[name] == record[name] for name in kept)
    assert kept.keys() >= {*result.unreadable} | (record.keys() - _NAMES)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../etc/passwd"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ValidationError, match=f"timezone '{name}' is not a zone.*Europe/Paris"):
        EkranOptions.model_validate({"url": URL, "timezone": name})


@pytest.mark.parametrize("key", ["", " s3cret", "s3cret\n", "s3\rcret"])
def test_a_key_that_fits_no_header_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(ValidationError, match="api_key must be one line") as caught:
        EkranOptions.model_validate({"url": URL, "api_key": key})

    assert "cret" not in str(caught.value)
