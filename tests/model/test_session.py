"""The session document: what is written is what is read, and what is published."""

import gc
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.model.schema import session_schema
from gateway.model.session import Client, Json, Named, Participants, Session, Space, Status

SCHEMA = session_schema()
PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "session.schema.json"

texts = st.none() | st.text(max_size=8)
numbers = st.none() | st.integers(0, 2**53)
instants = st.none() | st.datetimes(timezones=st.just(UTC))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=4), values),
    max_leaves=6,
)
people = st.none() | st.builds(Named, texts, texts)
sessions = st.builds(
    Session,
    id=st.text(),
    backend=st.text(),
    vendor=st.text(),
    native_id=st.text(),
    status=st.sampled_from(Status),
    native_status=texts,
    title=texts,
    started_at=instants,
    ended_at=instants,
    last_activity_at=instants,
    duration_s=st.none() | st.floats(0, 1e9),
    user=people,
    device=people,
    client=st.none() | st.builds(Client, texts, texts),
    space=st.none() | st.builds(Space, st.text(max_size=8), texts, texts),
    language=texts,
    tags=st.lists(st.text(max_size=4), max_size=3).map(tuple),
    participants=st.none() | st.builds(Participants, numbers, numbers, numbers),
    inferred=st.lists(st.text(max_size=4), max_size=3).map(tuple),
    attributes=st.dictionaries(st.text(max_size=4), json_values, max_size=4),
)

BARE = Session(id="museum:1", backend="museum", vendor="roundware", native_id="1")


KINDS: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def fits(value: Json, schema: Json) -> bool:
    """Check a value by those words of JSON Schema that the published one is written in."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in schema:
        return any(fits(value, choice) for choice in schema["anyOf"])
    if not isinstance(value, KINDS[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(item, schema["items"]) for item in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        has_all = value.keys() >= set(schema.get("required", ()))
        return has_all and all(fits(value[name], known[name]) for name in value.keys() & known)
    if schema.get("format") == "date-time" and isinstance(value, str):
        return datetime.fromisoformat(value).tzinfo is not None
    return value in schema.get("enum", (value,))


def written(session: Session) -> dict[str, object]:
    document: dict[str, object] = json.loads(msgspec.json.encode(session))
    return document


@given(sessions)
def test_a_document_is_read_back_as_the_session_it_was(session: Session) -> None:
    assert msgspec.json.decode(msgspec.json.encode(session), type=Session) == session


@given(sessions)
def test_every_document_fits_the_published_description(session: Session) -> None:
    document = written(session)

    assert fits(document, SCHEMA)
    assert document.keys() == SCHEMA["properties"].keys() - {"raw"}


def test_what_is_unknown_is_null() -> None:
    assert written(BARE) == {
        "id": "museum:1",
        "backend": "museum",
        "vendor": "roundware",
        "native_id": "1",
        "status": "unknown",
        "native_status": None,
        "title": None,
        "started_at": None,
        "ended_at": None,
        "last_activity_at": None,
        "duration_s": None,
        "user": None,
        "device": None,
        "client": None,
        "space": None,
        "language": None,
        "tags": [],
        "participants": None,
        "inferred": [],
        "attributes": {},
    }


def test_the_vendors_record_is_there_only_if_it_was_put_there() -> None:
    record = msgspec.Raw(b'{"id": 1, "odd": [null]}')
    session = replace(BARE, raw=record)

    assert "raw" not in written(BARE)
    assert written(session)["raw"] == {"id": 1, "odd": [None]}


def test_instants_are_written_in_utc_with_what_precision_they_have() -> None:
    session = replace(
        BARE,
        started_at=datetime(2026, 11, 22, 6, 0, 0, tzinfo=UTC),
        ended_at=datetime(2026, 11, 22, 6, 0, 0, 120000, tzinfo=UTC),
    )

    document = written(session)

    assert document["started_at"] == "2026-11-22T06:00:00Z"
    assert document["ended_at"] == "2026-11-22T06:00:00.120000Z"


def test_sessions_of_one_kind_share_nothing_that_can_change() -> None:
    other = Session(id="museum:2", backend="museum", vendor="roundware", native_id="2")

    assert other.attributes is not BARE.attributes


def test_the_garbage_collector_passes_sessions_by() -> None:
    user = Named(id="7")

    session = replace(BARE, user=user, attributes={"of the vendor": [[]]})

    assert not gc.is_tracked(session)
    assert not gc.is_tracked(user)


def test_the_published_schema_is_the_one_in_force() -> None:
    in_force = json.dumps(SCHEMA, indent=2, ensure_ascii=False) + "\n"

    is_published = PUBLISHED.read_text(encoding="utf-8") == in_force

    assert is_published, "write session_schema() to this file again"


def test_a_document_without_an_id_does_not_fit() -> None:
    document = written(BARE)
    del document["native_id"]

    assert not fits(document, SCHEMA)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(document), type=Session)
