"""What is odd about the session objects of Cortex."""

import re
from datetime import datetime
from typing import Any, TypeAlias

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import CLIENT, Manners
from gateway.spi import Field, Session, Status
from tests.quirks.cortex.raw import V1, V2, read, service
from tests.support.payloads import sample

Told: TypeAlias = list[tuple[dict[str, Any], Session]]


async def told(*manners: Manners) -> Told:
    """Read every session both ways: as it is sent, and as the adapter gives it."""
    both: Told = []
    for each in manners:
        async with service(each) as (_, talk, options):
            sessions = await read(options)
            both += [(row, sessions[row["id"]]) for row in await talk.sessions()]
    assert both
    return both


async def test_what_is_not_yet_is_an_empty_text() -> None:
    """As in "Cortex API v1, Session Object", and in the samples of later versions."""
    open_ones = [(row, s) for row, s in await told(V1, V2) if row["status"] != "closed"]

    assert {row["stopped"] for row, _ in open_ones} == {""}
    assert {(session.ended_at, session.duration_s) for _, session in open_ones} == {(None, None)}


async def test_an_imported_session_has_no_times() -> None:
    """As in "Cortex API v1, setupLocalFile"."""
    imported = [(row, s) for row, s in await told(V1) if row["started"] == ""]

    assert {(row["status"], row["stopped"]) for row, _ in imported} == {("closed", "")}
    assert {(s.status, s.started_at, s.ended_at) for _, s in imported} == {
        (Status.ENDED, None, None)
    }


async def test_instants_come_in_three_precisions() -> None:
    """As in "Cortex API, Session object", whose samples have milliseconds, and in version 1."""
    both = [(row["started"], s.started_at) for row, s in await told(V1, V2) if row["started"]]

    found = {len(re.sub(r"(Z|\+.*)$", "", text)) for text, _ in both}
    assert found == {len("2017-04-03T10:49:02"), len("….123") + 18, len("….123456") + 18}
    assert all(instant == datetime.fromisoformat(text) for text, instant in both)


async def test_instants_have_the_offset_of_the_machine() -> None:
    """As in "Cortex API v1, Session Object"; those of "querySessions" there end in Z."""
    both = [(row["started"], s.started_at) for row, s in await told(V1) if row["started"]]

    assert {re.sub(r"^.*:\d\d(\.\d+)?(?=Z|\+)", "", text) for text, _ in both} == {"Z", "+07:00"}
    assert all(instant == datetime.fromisoformat(text) for text, instant in both)


async def test_there_is_no_duration() -> None:
    """As in "Cortex API v1, Session Object"."""
    both = await told(V1)

    assert not any("duration" in name.lower() for row, _ in both for name in row)
    for row, session in both:
        stopped = row["stopped"] and datetime.fromisoformat(row["stopped"])
        started = row["started"] and datetime.fromisoformat(row["started"])
        length = (stopped - started).total_seconds() if stopped else None
        assert session.duration_s == length


async def test_two_generations_share_one_array() -> None:
    """As in "Cortex API v1, querySessions", whose samples are the earlier ones."""
    both = await told(V1)
    early = set(sample("cortex/query_all.json")["result"][0]) - {"recording"}
    later = (early - {"client"}) | {"appId", "owner", "project", "title"}

    assert {frozenset(row) - {"recording"} for row, _ in both} == {
        frozenset(early),
        frozenset(later),
    }
    assert {bool(s.title) for row, s in both if "client" in row} == {False}
    assert {bool(s.title) for row, s in both if "owner" in row} == {False, True}


async def test_a_headset_is_a_text_or_an_object() -> None:
    """As in "Cortex API v1, Session Object"; the samples of "querySessions" have texts."""
    both = await told(V1)

    assert {type(row["headset"]) for row, _ in both} == {str, dict}
    for row, session in both:
        headset = row["headset"]
        assert session.device is not None
        assert session.device.id == (headset if isinstance(headset, str) else headset["id"])
        assert ("headset" in session.attributes) == isinstance(headset, dict)


async def test_a_headset_has_its_name_in_one_of_two_fields() -> None:
    """As in "Cortex API, Headset object", where version 1 has a label."""
    both = [(row["headset"], s.device) for row, s in await told(V1, V2)]
    objects = [(headset, device) for headset, device in both if isinstance(headset, dict)]

    fields = {tuple(headset.keys() & {"label", "customName"}) for headset, _ in objects}
    assert fields == {("label",), ("customName",)}
    for headset, device in objects:
        assert device is not None
        assert device.name == (headset.get("label") or headset.get("customName") or None)


async def test_recording_has_four_forms() -> None:
    """As in "Cortex API v1, createSession", whose samples are without it."""
    both = await told(V1)

    assert {row.get("recording", "absent") for row, _ in both} == {True, False, None, "absent"}
    for row, session in both:
        assert session.attributes.get("recording", "absent") == row.get("recording", "absent")


async def test_streams_have_three_forms() -> None:
    """As in "Cortex API, Session object", where version 1 has null or an object."""
    both = await told(V1, V2)

    assert {type(row["streams"]) for row, _ in both} == {dict, type(None), list}
    assert all(session.attributes["streams"] == row["streams"] for row, session in both)


async def test_logs_are_null_or_hold_recordings() -> None:
    """As in "Cortex API v1, Session Object"."""
    both = await told(V1)
    recorded = [(row, s) for row, s in both if row["logs"] and row["logs"]["recordInfos"]]

    assert None in [row["logs"] for row, _ in both]
    assert "" in [row["logs"]["recordInfos"][0]["stopMarkerRecording"] for row, _ in recorded]
    assert all(session.attributes["logs"] == row["logs"] for row, session in both)
    assert any(s.status is Status.ACTIVE and s.last_activity_at for _, s in recorded)


async def test_every_marker_comes_with_its_session() -> None:
    """As in "Cortex API v1, Session Object"."""
    both = await told(V1)

    assert {len(row["markers"]) for row, _ in both} > {0}
    assert all(session.attributes["markers"] == len(row["markers"]) for row, session in both)


async def test_an_anonymous_owner_has_a_name() -> None:
    """As in "Cortex API v1, Session Object"."""
    anonymous = [s for row, s in await told(V1) if row.get("owner") == "Basic"]

    assert anonymous
    assert {session.user for session in anonymous} == {None}
    assert {session.attributes["owner"] for session in anonymous} == {"Basic"}


async def test_an_early_session_names_no_owner() -> None:
    """As in "Cortex API v1, querySessions"."""
    early = [s for row, s in await told(V1) if "owner" not in row]

    assert early
    assert {session.user for session in early} == {None}


async def test_an_application_stands_in_one_of_two_fields() -> None:
    """As in "Cortex API v1, Session Object", where "querySessions" has the other."""
    both = await told(V1)

    assert {tuple(row.keys() & {"client", "appId"}) for row, _ in both} == {("client",), ("appId",)}
    for row, session in both:
        name = row.get("client") or row.get("appId") or None
        assert (session.client and session.client.name) == name


async def test_title_project_and_tags_are_gone_from_version_2_on() -> None:
    """As in "Cortex API, Session object"."""
    both = await told(V2)
    absent = {}
    for dialect in ("v2", "auto"):
        options = {"url": "wss://localhost:6868", "dialect": dialect, **CLIENT}
        adapter = CortexAdapter(CortexOptions.model_validate(options))
        absent[dialect] = adapter.abilities().absent

    assert not any(row.keys() & {"title", "project", "tags"} for row, _ in both)
    assert absent["v2"] == {Field.LANGUAGE, Field.TITLE, Field.SPACE, Field.TAG}
    assert absent["auto"] == {Field.LANGUAGE}  # It may turn out to be version 1.


async def test_fields_come_that_no_document_has() -> None:
    """As in "Emotiv/cortex-example, issue 210", a list that a service sent."""
    both = await told(V2)

    assert all(row["performanceMetrics"] for row, _ in both)
    for row, session in both:
        assert session.attributes["performanceMetrics"] == row["performanceMetrics"]
