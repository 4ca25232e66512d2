"""An outline of any record says what its session says, whatever the record holds and how."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from adapters.canopsis import CanopsisAdapter, CanopsisOptions
from adapters.cortex import CortexAdapter, CortexOptions
from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from adapters.ekran import EkranAdapter, EkranOptions
from adapters.roundware import RoundwareAdapter, RoundwareOptions
from gateway.spi import Mapped, SessionAdapter
from tests.support.adapters import NOON, provenance
from tests.support.payloads import raw

URL = "https://vendor.example"
ADAPTERS: Mapping[str, SessionAdapter[Any]] = {
    "canopsis": CanopsisAdapter(CanopsisOptions(url=URL, auth_key="k")),
    "cortex": CortexAdapter(CortexOptions(url="wss://vendor.example")),
    "digital_samba": DigitalSambaAdapter(
        DigitalSambaOptions(url=URL, team_id="t", developer_key="k")
    ),
    "ekran": EkranAdapter(EkranOptions(url=URL, timezone="Europe/Paris")),
    "roundware": RoundwareAdapter(RoundwareOptions(url=URL, token="k")),
}
"""Those of one vendor in a zone whose clocks change."""

BEGAN, ENDED = "2026-11-22T11:30:00.2500000Z", "2026-11-22T11:50:00.2500000Z"
LOCAL = ("2026-11-22 11:30:00", "2026-11-22 11:50:00")
MARKED = [{"events": [["2026-11-22T11:40:00Z", "a"], []]}, {"events": None}]
RECORDED = {"recordInfos": [{"startMarkerRecording": BEGAN, "stopMarkerRecording": ""}]}

RECORDS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "canopsis": [
        {"_id": "a1", "start": 1_795_347_000, "last_ping": 1_795_347_600.5, "username": "léa"},
    ],
    "cortex": [
        {"id": "c1", "status": "closed", "started": BEGAN, "stopped": ENDED, "owner": "Basic"}
        | {"appId": "a", "project": "p", "title": "t", "tags": ["x"], "headset": "EPOC-1"},
        {"id": "c2", "status": "activated", "started": BEGAN, "stopped": "", "client": "a"}
        | {"markers": MARKED, "logs": RECORDED, "headset": {"id": "EPOC-1", "customName": "e"}},
    ],
    "digital_samba": [
        {"id": "d1", "start_time": LOCAL[0], "end_time": LOCAL[1], "live": False, "room_id": "r"}
        | {"description": "d", "friendly_url": "f", "participants_live": 0}
        | {"participants_max": 2, "participants_total": 3},
        {"session_id": "d2", "session_start_time": BEGAN, "session_end_time": ENDED}
        | {"session_live": True, "room_description": "d", "room_friendly_url": "f"}
        | {"live_participants": 1, "max_concurrent_participants": 2, "active_participants": 3},
    ],
    "ekran": [
        {"sessionId": 1, "loginDate": BEGAN, "logoutDate": ENDED, "duration": "00:20:00.5000000"}
        | {"userId": 2, "userName": "léa", "clientGuid": "g", "hostName": "h"},
        {"sessionId": 2, "loginDate": LOCAL[0], "logoutDate": "0001-01-01T00:00:00"}
        | {"userId": 2, "clientGuid": "g", "clientName": "n", "alertRiskLevel": None},
    ],
    "roundware": [
        {"id": 1, "starttime": LOCAL[0], "stoptime": LOCAL[1], "device_id": "d", "project_id": 1}
        | {"client_type": "Android", "client_system": "Android 9"},
        {"id": 2, "started_at": LOCAL[0], "stopped_at": None, "timezone": "+0100"},
    ],
}
EVERY = [(vendor, record) for vendor, records in RECORDS.items() for record in records]

instants = st.sampled_from(
    [
        *(BEGAN, ENDED, *LOCAL, "2026-11-22T11:30", "2026-11-22T11:30:00.123456789+01:00"),
        *("2026-10-25T02:30:00", "2026-03-29T02:30:00", "2026-11-22t11:30:00z", "20261122T113000"),
        *("2026-11-22", "2026-11-22:", "2026-11-22T24:00:00", "2026-11-22T11:30:60Z"),
        *("0001-01-01T00:00:00", "0001-01-01", "9999-12-31T23:59:59-01:00", "2026-W48-1T10:00"),
    ]
)
spans = st.sampled_from(["00:00:01", "-00:00:01", "1.00:00:00", "99999999.00:00:00", "24:61:00"])
texts = st.sampled_from(["", "a", "closed", "opened", "Basic", "Android 9", "é" * 501, "\x00", "7"])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | instants | spans | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "label", "events", "recordInfos", "startMarkerRecording"]), inner
        )
    ),
    max_leaves=6,
)
spellings: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [str, str, str, str.upper, str.lower, str.capitalize]
)


@st.composite
def spoilt(draw: st.DrawFn, record: Mapping[str, Any]) -> bytes:
    """Write a record with some fields changed, left out, told twice or spelled otherwise."""
    told = list(record.items())
    known = st.sampled_from([*record])
    for name in draw(st.lists(known, max_size=3)):
        told = [pair for pair in told if pair[0] != name]
        changed = draw(st.lists(values | st.just(record[name]), max_size=2))
        told += [(draw(spellings)(name), value) for value in changed]
    escaped = draw(st.booleans())
    pairs = (
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=escaped)}"
        for name, value in draw(st.permutations(told))
    )
    return f"{{{', '.join(pairs)}}}".encode()


@pytest.mark.parametrize("vendor", RECORDS)
@given(data=st.data())
@settings(max_examples=300)
def test_an_outline_says_what_the_session_says(vendor: str, data: st.DataObject) -> None:
    adapter = ADAPTERS[vendor]
    record = Raw(data.draw(st.sampled_from(RECORDS[vendor]).flatmap(spoilt)))
    here = provenance(vendor)

    outline = adapter.outline(record, here)

    if outline is not None:
        mapped = adapter.normalise(record, here)
        assert isinstance(mapped, Mapped)
        assert (mapped.unreadable, mapped.is_status_unknown) == ((), False)
        for name in ("native_id", "status", "started_at", "ended_at", "last_activity_at"):
            assert getattr(outline, name) == getattr(mapped.session, name), name
        assert outline.as_of == NOON
        assert len(outline.native_id.encode()) <= 1000


@pytest.mark.parametrize(
    ("vendor", "record"), EVERY, ids=[f"{v}-{i}" for i, (v, _) in enumerate(EVERY)]
)
def test_an_ordinary_record_has_an_outline(vendor: str, record: Mapping[str, Any]) -> None:
    assert ADAPTERS[vendor].outline(raw(record), provenance(vendor)) is not None


@pytest.mark.parametrize(
    ("vendor", "record"), EVERY, ids=[f"{v}-{i}" for i, (v, _) in enumerate(EVERY)]
)
def test_a_record_that_may_be_too_deep_has_no_outline(
    vendor: str, record: Mapping[str, Any]
) -> None:
    deep = json.loads("[" * 201 + "]" * 201)
    record = {**record, "client_system": deep}

    assert ADAPTERS[vendor].outline(raw(record), provenance(vendor)) is None


ODD: Sequence[tuple[str, int, str, Any]] = [
    ("canopsis", 0, "_id", "é" * 501),
    ("cortex", 0, "id", "é" * 501),
    ("digital_samba", 0, "id", "é" * 501),
    ("ekran", 0, "sessionId", 10**1001),
    ("roundware", 0, "id", "é" * 501),
    ("canopsis", 0, "last_ping", 1),
    ("canopsis", 0, "start", "1795347000"),
    ("canopsis", 0, "start", 1e300),
    ("cortex", 0, "status", "paused"),
    ("cortex", 0, "tags", ["x", 1]),
    ("cortex", 0, "stopped", "2026-11-22T11:00:00Z"),
    ("cortex", 1, "markers", [{"events": [["soon"]]}]),
    ("digital_samba", 0, "end_time", "2026-11-22 11:00:00"),
    ("digital_samba", 1, "live_participants", 1.0),
    ("ekran", 0, "duration", "24:61:00"),
    ("ekran", 0, "duration", "99999999.00:00:00"),
    ("ekran", 1, "LogoutDate", ENDED),
    ("ekran", 1, "loginDate", "0001-01-01T00:00:00"),
    ("roundware", 0, "stoptime", "2026-11-22T11:00:00"),
    ("roundware", 0, "id", ""),
]


@pytest.mark.parametrize(("vendor", "number", "name", "value"), ODD)
def test_a_record_with_something_odd_in_it_has_no_outline(
    vendor: str, number: int, name: str, value: object
) -> None:
    record = {**RECORDS[vendor][number], name: value}

    assert ADAPTERS[vendor].outline(raw(record), provenance(vendor)) is None
