"""Sessions as rows of CSV: whole, flat, and harmless."""

import csv
import io
import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.session import Client, Named, Participants, Session, Space, Status
from gateway.web.csv_rows import columns, encoded, harmless, texts

FULL = Session(
    id="museum:1",
    backend="museum",
    vendor="roundware",
    native_id="1",
    status=Status.ENDED,
    title="Tour, guided",
    started_at=datetime(2026, 11, 22, 6, 0, 0, 250000, tzinfo=UTC),
    duration_s=61.5,
    user=Named("u1", "Ann"),
    device=Named(None, "Headset"),
    client=Client("iOS", "15.1"),
    space=Space("room", "r1", None),
    tags=("a", "b"),
    participants=Participants(1, 2, 3),
    attributes={"colour": "red"},
)

FLAT = (
    *("id", "backend", "vendor", "native_id", "status", "native_status", "title"),
    *("started_at", "ended_at", "last_activity_at", "duration_s", "user.id", "user.name"),
    *("device.id", "device.name", "client.name", "client.version"),
    *("space.kind", "space.id", "space.name", "language", "tags"),
    *("participants.current", "participants.peak", "participants.total"),
    *("inferred", "attributes"),
)

# csv.reader ends rows at single carriage returns too, so cells hold none here but in quotes.
cells = st.text(st.characters(codec="utf-8"), max_size=12)


def test_every_field_has_its_columns() -> None:
    assert columns() == FLAT


def test_a_session_is_written_flat() -> None:
    row = dict(zip(FLAT, texts(FULL, FLAT), strict=True))

    assert row["started_at"] == "2026-11-22T06:00:00.250000Z"
    assert row["ended_at"] == ""
    assert row["status"] == "ended"
    assert row["duration_s"] == "61.5"
    assert (row["user.id"], row["user.name"]) == ("u1", "Ann")
    assert (row["device.id"], row["device.name"]) == ("", "Headset")
    assert (row["space.kind"], row["space.id"], row["space.name"]) == ("room", "r1", "")
    assert json.loads(row["tags"]) == ["a", "b"]
    assert json.loads(row["attributes"]) == {"colour": "red"}
    assert row["participants.total"] == "3"


def test_a_session_without_a_part_has_empty_cells() -> None:
    bare = Session(id="museum:1", backend="museum", vendor="roundware", native_id="1")

    row = dict(zip(FLAT, texts(bare, FLAT), strict=True))

    assert row["user.name"] == row["participants.peak"] == row["title"] == ""
    assert row["tags"] == "[]"


def test_chosen_fields_keep_their_order_and_the_record_comes_last() -> None:
    assert columns(["space", "id"], is_raw_wanted=True) == (
        *("space.kind", "space.id", "space.name", "id", "raw"),
    )


def test_some_fields_of_a_document_are_written_as_of_a_session() -> None:
    document = {"user": FULL.user, "raw": msgspec.Raw(b'{"n": 1}')}

    assert texts(document, columns(["user"], is_raw_wanted=True)) == ["u1", "Ann", '{"n": 1}']


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\ta", "\ra", "\uff1d1"]
)
def test_what_a_spreadsheet_would_work_out_is_quoted(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b", "2026-11-22", "museum:1", "'quoted", "[]", " a"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert harmless(text) == text


@given(st.lists(st.lists(cells, min_size=2, max_size=3), max_size=4))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(encoded(rows).decode(), newline="")))

    assert read == [[harmless(cell) for cell in row] for row in rows]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in read for cell in row)


def test_half_a_character_breaks_no_row() -> None:
    assert encoded([["\ud800", "b"]]) == b"?,b\r\n"
