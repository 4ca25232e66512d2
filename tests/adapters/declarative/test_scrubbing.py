"""Samples have the shapes and relations of what was answered, and nobody's data."""

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from adapters.declarative.language.spec import Spec
from adapters.declarative.samples import misfits
from adapters.declarative.scrubbing import samples_of
from gateway.spi import Json
from tests.adapters.declarative.fake.asking import spec_of

KEY = b"a key of the tests"

SPEC = """
spec: 1
vendor: {id: clinic, title: Clinic}
transport: {kind: rest, base_url: "${options.url}"}
list:
  request: {path: /visits}
  records: data.visits
  paginate:
    style: cursor
    token: {in: query, at: after}
    next: data.next
    total: {at: data.count}
map:
  native_id: {at: id}
  status: {at: state, values: {OPEN: active, SHUT: ended}}
  started_at: {at: times.begin, cast: epoch_ms, required: true}
  ended_at: {at: times.end, zone: Europe/Paris, none_if: ["0001-01-01T00:00:00"]}
  last_activity_at: {expr: "events[?kind=='last'].at | [0]", cast: epoch_s}
  duration_s: {at: took}
  title: {at: label}
  user.id: {at: patient.id}
  user.name: {expr: "join(' ', [patient.first, patient.last])"}
  participants.total: {at: crowd}
  tags: {at: marks}
"""

PLANTED = (
    *("Hildegard", "Müllerová", "hildegard@private.example", "+420 601 234 567", "1985-03-12"),
    *("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Diagnosis: influenza", "48.8566", "60123456789"),
    *("V-20931", "P-77120", "Ward seven", "Suffers"),
)


def visit(number: int, **others: Json) -> dict[str, Json]:
    """Give a record full of what nobody should see."""
    return {
        "id": f"V-20931-{number}",
        "state": "SHUT",
        "times": {"begin": 1781524680000 + number * 3_600_000, "end": "2026-06-15T18:30:00"},
        "took": 5400,
        "label": "Ward seven, Hildegard",
        "patient": {
            "id": "P-77120",
            "first": "Hildegard",
            "last": "Müllerová",
            "born": "1985-03-12",
            "mail": "hildegard@private.example",
            "phone": "+420 601 234 567",
            "insurance": 60123456789,
        },
        "events": [
            {"kind": "first", "at": 1781524690},
            {"kind": "last", "at": 1781524700, "note": "Diagnosis: influenza"},
        ],
        "crowd": 17,
        "marks": ["Suffers", "V-20931"],
        "place": {"lat": 48.8566, "is_indoors": True},
        "self": f"https://private.example/visits/V-20931-{number}?key=sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "by_person": {"hildegard@private.example": {"since": "2026-06-15T08:00:00Z"}},
        "Hildegard": "yes",
        **others,
    }


def answer(*visits: Json) -> bytes:
    told = {"visits": [*visits], "count": 1234, "next": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}
    return json.dumps({"data": told, "trace": "Hildegard"}, ensure_ascii=False).encode()


@pytest.fixture
def spec() -> Spec:
    return spec_of(SPEC)


def sample(spec: Spec, *visits: Json) -> Any:  # noqa: ANN401  # JSON
    (made,) = samples_of(spec, [answer(*visits)], KEY)
    return msgspec.json.decode(made)["data"]


def test_nothing_of_anybody_is_in_a_sample(spec: Spec) -> None:
    (made,) = samples_of(spec, [answer(visit(1), visit(2, state="Hildegard"))], KEY)

    text = made.decode()
    assert [each for each in PLANTED if each in text] == []
    words = {word for each in PLANTED for word in each.split() if len(word) > 3}
    assert [word for word in words if word in text] == []


def test_the_map_reads_a_sample_as_it_reads_the_answer(spec: Spec) -> None:
    given = answer(visit(1), visit(2, took="none"), visit(3, times={"begin": None}))

    (made,) = samples_of(spec, [given], KEY)

    assert [*misfits(spec, made)] == [*misfits(spec, given)] != []


def test_what_is_known_to_tell_of_nobody_is_kept(spec: Spec) -> None:
    told = sample(spec, visit(1), visit(2, state="OPEN", crowd=0, took=0.5))

    one, other = told["visits"]
    assert (one["state"], one["took"], one["crowd"]) == ("SHUT", 5400, 17)
    assert (other["state"], other["took"], other["crowd"]) == ("OPEN", 0.5, 0)
    assert [event["kind"] for event in one["events"]][1] == "last"
    assert one["place"]["is_indoors"] is True
    assert told["count"] == 1234


def test_moments_are_moved_together_by_whole_days(spec: Spec) -> None:
    rows = [visit(1), visit(2), visit(3, times={"begin": 0, "end": "0001-01-01T00:00:00"})]

    made = sample(spec, *rows)["visits"]

    begins = [row["times"]["begin"] for row in made]
    assert [b - a for a, b in pairwise(begins)] == [3_600_000, -1781524680000 - 7_200_000]
    moved = begins[0] - rows[0]["times"]["begin"]
    assert moved % 86_400_000 == 0 != moved
    days = moved // 86_400_000
    end = datetime.fromisoformat(made[0]["times"]["end"])
    assert (end - datetime.fromisoformat("2026-06-15T18:30:00")).days == days
    assert made[2]["times"]["end"] == "0001-01-01T00:00:00"
    assert made[0]["events"][1]["at"] == 1781524700 + days * 86_400


def test_what_was_the_same_is_the_same(spec: Spec) -> None:
    first, second = (
        msgspec.json.decode(each)["data"]["visits"]
        for each in samples_of(spec, [answer(visit(1)), answer(visit(1), visit(2))], KEY)
    )

    assert first[0] == second[0]
    assert first[0]["id"] != second[1]["id"]
    assert first[0]["patient"] == second[1]["patient"]
    assert f"/{first[0]['id']}?" in first[0]["self"]
    assert first[0]["self"].startswith("https://")


def test_names_that_may_be_data_are_made_up(spec: Spec) -> None:
    (row,) = sample(spec, visit(1))["visits"]

    assert {"patient", "place", "self", "by_person"} < row.keys()
    assert "Hildegard" not in row
    (person,) = row["by_person"]
    assert person == row["patient"]["mail"]


def test_an_answer_without_records_becomes_a_sample_too(spec: Spec) -> None:
    (made,) = samples_of(spec, [b'["Hildegard"]'], KEY)

    assert b"Hildegard" not in made
