"""Whatever a record holds it is mapped or rejected, and nothing of it is lost."""

import json
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.toolkit.record import read_record
from gateway.spi import Json, Mapped, Rejected
from tests.adapters.declarative.maps import PROVENANCE, outcome, records_of
from tests.adapters.declarative.values import JSON

PATHS = st.sampled_from(["a", "b", "a.b", "a.b.id", "b.a", "people", "begin", "end", "id.id"])
PLACES = st.builds(lambda at: {"at": at}, PATHS) | st.builds(
    lambda at, other: {"at": at, "or_at": [other]}, PATHS, PATHS
)
EXPRESSIONS = st.sampled_from(
    ["people[?role=='id'] | [0].id", "a || b", "join(a, b)", "a.b", "keys(@)", "length(a)"]
).map(lambda expression: {"expr": expression})
SOURCES = PLACES | EXPRESSIONS

INSTANTS = st.builds(
    lambda place, cast: {**place, "cast": cast, "zone": "UTC"},
    SOURCES,
    st.sampled_from(["iso", "epoch_s", "epoch_ms", "epoch_us"]),
)
DURATIONS = st.builds(
    lambda place, cast: {**place, "cast": cast},
    SOURCES,
    st.sampled_from(["seconds", "milliseconds", "iso_duration", "dotnet_duration"]),
)
TEXTS = SOURCES | st.builds(
    lambda place, values: {**place, "values": values},
    SOURCES,
    st.sampled_from([{"a": "x", "b": "y"}, {"a": "x", "b": "x"}]),
)
STATUSES = st.builds(
    lambda place, values: {**place, "values": values},
    SOURCES,
    st.sampled_from(
        [
            {"LIVE": "active", "DONE": "ended"},
            {"LIVE": "active", "a": "active"},
            {"true": "active", "false": "ended"},
        ]
    ),
) | st.sampled_from([{"ended_with": "ended_at"}, {"ended_with": "ended_at", "active_for_s": 1e9}])
MAPS: st.SearchStrategy[dict[str, Json]] = st.fixed_dictionaries(
    {},
    optional={
        "status": STATUSES,
        "native_status": TEXTS,
        "title": TEXTS,
        "started_at": INSTANTS,
        "ended_at": INSTANTS,
        "last_activity_at": INSTANTS,
        "duration_s": DURATIONS,
        "user__id": TEXTS,
        "user__name": TEXTS,
        "client__name": TEXTS,
        "space__id": TEXTS,
        "tags": st.builds(
            lambda place, cast: {**place, "cast": cast},
            SOURCES,
            st.sampled_from(["list", "comma"]),
        ),
        "participants__peak": SOURCES,
    },
)
RECORDS = st.dictionaries(
    st.sampled_from(["a", "b", "people", "begin", "end", "state", "other"]), JSON, max_size=6
)


@given(MAPS, JSON)
def test_any_json_is_mapped_or_rejected(fields: dict[str, Any], record: Json) -> None:
    assert isinstance(outcome(records_of(**fields), record), Mapped | Rejected)


@given(MAPS, RECORDS)
def test_a_record_is_read_alike_every_time_and_stays_as_it_is(
    fields: dict[str, Any], record: dict[str, Json]
) -> None:
    records = records_of(**fields)
    body = json.dumps({"id": "1", **record}).encode()
    raw = msgspec.Raw(body)

    first, second = (read_record(raw, PROVENANCE, records.session) for _ in range(2))

    assert first == second
    assert bytes(raw) == body


@given(MAPS, RECORDS)
def test_what_cannot_be_read_is_untouched(fields: dict[str, Any], record: dict[str, Json]) -> None:
    found = outcome(records_of(**fields), {"id": "1", **record})

    assert isinstance(found, Mapped)
    for name in found.unreadable:
        assert reached(found.session.attributes, name) == reached(record, name)


@example({"title": {"at": "a", "or_at": ["b"]}}, {"a": "x", "b": "y"})
@example({"title": {"at": "a.b"}, "tags": {"at": "a", "cast": "comma"}}, {"a": {"b": "x"}})
@example(
    {"status": {"at": "a", "values": {"x": "ended"}}, "native_status": {"at": "b"}}, {"a": "y"}
)
@given(MAPS, RECORDS)
def test_every_text_of_a_record_is_found_in_the_session(
    fields: dict[str, Any], record: dict[str, Json]
) -> None:
    """Texts are marked, so that none is found by chance, nor read as a date or a number."""
    marked = mark(record, "")

    found = outcome(records_of(**fields), {"id": "1", **marked})

    assert isinstance(found, Mapped)
    told = msgspec.json.encode(found.session).decode()
    for text in texts(marked):
        assert json.dumps(text, ensure_ascii=False)[1:-1] in told


def mark(value: Json, path: str) -> Json:
    match value:
        case dict():
            return {name: mark(each, f"{path}/{name}") for name, each in value.items()}
        case list():
            return [mark(each, f"{path}/{at}") for at, each in enumerate(value)]
        case str():
            return f"text {path}"
        case _:
            return value


def texts(value: Json) -> list[str]:
    match value:
        case dict():
            return [text for each in value.values() for text in texts(each)]
        case list():
            return [text for each in value for text in texts(each)]
        case str():
            return [value]
        case _:
            return []


def reached(fields: Json, path: str) -> Json:
    for step in path.split("."):
        fields = fields.get(step) if isinstance(fields, dict) else None
    return fields
