"""Whether a session goes on, when it ended and how long it took, by the map of a file."""

from datetime import timedelta

import pytest

from gateway.spi import Json, Status
from tests.adapters.declarative.maps import AS_OF, mapped, outcome, records_of, session

WORDS = {"LIVE": "active", "DONE": "ended", "ABORT": "ended"}
BEGIN, END = "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"
ENDING = {"started_at": {"at": "begin"}, "ended_at": {"at": "end"}}


@pytest.mark.parametrize(
    ("word", "status"),
    [("LIVE", Status.ACTIVE), ("ABORT", Status.ENDED), ("PAUSED", Status.UNKNOWN)],
)
def test_the_status_is_what_the_vendors_word_means(word: str, status: Status) -> None:
    told = session({"state": word}, status={"at": "state", "values": WORDS})

    assert (told.status, told.native_status) == (status, word)
    assert told.attributes == {}
    assert told.inferred == ()


def test_a_word_that_is_not_listed_may_mean_something_too() -> None:
    status = {"at": "state", "values": WORDS, "else": "active"}

    assert session({"state": "PAUSED"}, status=status).status is Status.ACTIVE
    assert session({}, status=status).status is Status.UNKNOWN


def test_a_word_that_is_not_listed_is_told_as_such() -> None:
    status = {"at": "state", "values": {"LIVE": "active", "PAUSED": "unknown"}}

    told = [mapped({"state": word}, status=status) for word in ("LIVE", "PAUSED", "GONE", None)]

    assert [found.is_status_unknown for found in told] == [False, False, True, False]


def test_true_and_false_are_a_status_and_no_word() -> None:
    status = {"at": "live", "values": {"true": "active", "false": "ended"}}

    told = session({"live": True}, status=status)

    assert (told.status, told.native_status, told.attributes) == (Status.ACTIVE, None, {})
    assert session({"live": "maybe"}, status=status).attributes == {"live": "maybe"}


def test_a_word_that_is_not_the_native_status_stays_where_it_says_more() -> None:
    fields = {"status": {"at": "code", "values": {"1": "active", "2": "ended", "3": "ended"}}}
    native = {"native_status": {"at": "state"}}

    told = session({"code": 2, "state": "gone"}, **fields, **native)

    assert (told.status, told.native_status) == (Status.ENDED, "gone")
    assert told.attributes == {"code": 2}


def test_what_goes_on_has_no_end_and_no_duration_yet() -> None:
    fields = {
        "status": {"at": "state", "values": WORDS},
        **ENDING,
        "duration_s": {"at": "lasted"},
    }
    record = {"state": "LIVE", "begin": BEGIN, "end": END, "lasted": 60}

    told = session(record, **fields)

    assert (told.ended_at, told.duration_s) == (None, None)
    assert told.attributes == {"end": END, "lasted": 60}


def test_what_has_ended_took_as_long_as_the_vendor_says_or_from_start_to_end() -> None:
    status = {"status": {"at": "state", "values": WORDS}}
    record = {"state": "DONE", "begin": BEGIN, "end": END}

    told = session(record, **status, **ENDING)
    better = session({**record, "lasted": 3599.5}, **status, **ENDING, duration_s={"at": "lasted"})

    assert told.duration_s == 3600
    assert (better.duration_s, better.attributes) == (3599.5, {})


def test_an_end_before_the_start_is_none() -> None:
    status = {"ended_with": "ended_at"}

    found = mapped({"begin": END, "end": BEGIN}, status=status, **ENDING)

    assert (found.session.ended_at, found.session.status) == (None, Status.UNKNOWN)
    assert found.unreadable == ("end",)
    assert found.session.attributes == {"end": BEGIN}


def test_a_session_without_an_end_goes_on() -> None:
    status = {"ended_with": "ended_at"}

    going_on = session({"begin": BEGIN}, status=status, **ENDING)
    over = session({"begin": BEGIN, "end": END}, status=status, **ENDING)
    unclear = session({"end": None}, status=status, **ENDING)

    assert (going_on.status, going_on.inferred) == (Status.ACTIVE, ("status",))
    assert (over.status, over.inferred, over.duration_s) == (Status.ENDED, ("status",), 3600)
    assert (unclear.status, unclear.inferred) == (Status.UNKNOWN, ())


@pytest.mark.parametrize(("seconds", "options"), [(7200, {}), ("${options.w}", {"w": "7200"})])
def test_a_session_without_an_end_does_not_go_on_for_ever(
    seconds: Json, options: dict[str, str]
) -> None:
    records = records_of(
        status={"ended_with": "ended_at", "active_for_s": seconds}, **ENDING, options=options
    )

    def status(age: timedelta) -> str:
        return repr(outcome(records, {"id": 1, "begin": (AS_OF - age).isoformat()}))

    assert "ACTIVE" in status(timedelta(minutes=119))
    assert "UNKNOWN" in status(timedelta(minutes=120))
