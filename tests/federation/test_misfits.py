"""What of a vendor's answers does not fit its adapter, counted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.federation.misfits import OTHER_FIELDS, Misfits
from gateway.model.report import ErrorCode

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_fields_are_counted_by_name() -> None:
    misfits = Misfits()

    misfits.note_unreadable(["begin", "end"])
    misfits.note_unreadable(["end"])

    assert misfits.unreadable_fields == {"begin": 1, "end": 2}


@given(st.lists(st.lists(st.text(max_size=150), max_size=5), max_size=60))
def test_names_are_bounded_and_none_is_left_uncounted(records: list[list[str]]) -> None:
    misfits = Misfits()

    for names in records:
        misfits.note_unreadable(names)

    counted = misfits.unreadable_fields
    assert sum(counted.values()) == sum(map(len, records))
    assert len(counted) <= 51
    assert all(len(name) <= 100 and name.isprintable() for name in counted)


def test_names_beyond_the_most_are_counted_together() -> None:
    misfits = Misfits()

    misfits.note_unreadable(f"field {number}" for number in range(60))
    misfits.note_unreadable(["field 0", "field 59", "x" * 101])

    assert misfits.unreadable_fields["field 0"] == 2
    assert misfits.unreadable_fields[OTHER_FIELDS] == 12


def test_only_answers_of_a_wrong_form_are_bad() -> None:
    misfits = Misfits()

    for code in (ErrorCode.SCHEMA, ErrorCode.BAD_PAYLOAD, ErrorCode.TIMEOUT, ErrorCode.AUTH):
        misfits.note_failure(code, NOON)

    assert misfits.bad_answers == 2
    assert misfits.since == NOON


def test_what_was_counted_is_forgotten_when_it_is_counted_anew() -> None:
    misfits = Misfits()
    misfits.note_records(3, 1, NOON)

    misfits.start_anew()

    assert (misfits.records, misfits.rejected, misfits.since) == (0, 0, None)
