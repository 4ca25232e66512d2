"""What is kept of sessions that vanished, and what is said of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import Raw, structs

from gateway.federation.vanished import VanishedSessions
from gateway.spi import (
    Session,
    Status,
)
from tests.federation.forgetting import (
    HOUR,
    Forgetting,
    running,
)
from tests.support.adapters import NOON
from tests.support.fakes import FakeRow, backend, record


def remade(records: Any, as_of: datetime) -> list[Session]:  # noqa: ANN401
    """Map records of fakes."""
    adapter = Forgetting([])
    asked = backend("a", adapter)
    return asked.maker.remade(records, as_of)


def listed(*rows: FakeRow) -> dict[str, Raw]:
    return {row.native_id: record(row) for row in rows}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_no_more_are_kept_than_there_is_room_for_and_the_first_missed_go() -> None:
    vanished = VanishedSessions(HOUR, remade, most=2)
    for second in range(4):
        vanished.note_list(listed(*running(second)), after(second))

    assert [each.session.native_id for each in vanished.at(after(4))] == ["1", "2"]


def test_no_more_are_watched_than_there_is_room_for() -> None:
    vanished = VanishedSessions(HOUR, remade, most=2)
    vanished.note_list(listed(*running(1, 2, 3)), after(0))
    vanished.note_list({}, after(1))

    assert [each.session.native_id for each in vanished.at(after(1))] == ["1", "2"]


def test_one_that_is_listed_again_is_let_go_of() -> None:
    vanished = VanishedSessions(HOUR, remade)
    for second, rows in enumerate([running(1), [], running(1)]):
        vanished.note_list(listed(*rows), after(second))

    assert vanished.at(after(3)) == []


def test_of_two_lists_of_one_instant_the_later_tells() -> None:
    vanished = VanishedSessions(HOUR, remade)
    vanished.note_list(listed(*running(1)), NOON)
    vanished.note_list({}, NOON)

    assert [each.missed_at for each in vanished.at(NOON)] == [NOON]


def test_a_list_that_is_older_than_the_last_one_tells_nothing() -> None:
    vanished = VanishedSessions(HOUR, remade)
    vanished.note_list(listed(*running(1)), after(0))
    vanished.note_list(listed(*running(1, 2)), after(2))
    vanished.note_list(listed(*running(1)), after(1))
    assert vanished.at(after(2)) == []

    vanished.note_list(listed(*running(1)), after(3))

    (only,) = vanished.at(after(3))
    assert (only.session.native_id, only.missed_at) == ("2", after(3))


@pytest.mark.parametrize(
    ("told", "ended_at", "seconds", "inferred"),
    [
        ({}, after(60), 60.0, ("status", "ended_at")),
        ({"status": Status.UNKNOWN}, after(60), 60.0, ("status", "ended_at")),
        (
            {"inferred": ("last_activity_at",)},
            after(60),
            60.0,
            ("last_activity_at", "status", "ended_at"),
        ),
        ({"started_at": None}, after(60), None, ("status", "ended_at")),
        ({"started_at": after(61)}, None, None, ("status",)),
        ({"started_at": after(60)}, after(60), 0.0, ("status", "ended_at")),
        ({"ended_at": after(30)}, after(30), 30.0, ("status",)),
        ({"status": Status.ENDED, "ended_at": after(30)}, after(30), None, ()),
        ({"status": Status.ENDED}, None, None, ()),
        ({"duration_s": 7.0}, after(60), 7.0, ("status", "ended_at")),
    ],
)
def test_only_what_the_vendor_has_not_told_is_inferred(
    told: dict[str, Any],
    ended_at: datetime | None,
    seconds: float | None,
    inferred: tuple[str, ...],
) -> None:
    def remake(records: Any, _as_of: datetime) -> list[Session]:  # noqa: ANN401
        before = FakeRow("1", 0, "active").session("a")
        return [structs.replace(before, **({"started_at": NOON} | told)) for _ in records]

    vanished = VanishedSessions(HOUR, remake)
    vanished.note_list(listed(*running(1)), NOON)
    vanished.note_list({}, after(60))

    ((session),) = (each.session for each in vanished.at(after(60)))
    assert session.status is Status.ENDED
    assert (session.ended_at, session.duration_s, session.inferred) == (ended_at, seconds, inferred)
