"""What a condition means, for every field that can be filtered on."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.matching import instant_of, matches
from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Contains, Field
from gateway.model.session import Named, Session, Status

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def session(
    *,
    status: Status = Status.ENDED,
    user: Named | None = None,
    started_at: datetime | None = None,
) -> Session:
    return Session(
        id="a:1",
        backend="a",
        vendor="fake",
        native_id="1",
        status=status,
        user=user,
        started_at=started_at,
    )


def any_of(field: Field, *values: str) -> Condition:
    return AnyOf(field, frozenset(values))


ANN = Named(id="u1", name="Ann")

EQUALITY = [
    pytest.param(session(), any_of(Field.NATIVE_ID, "1"), True, id="the id"),
    pytest.param(session(), any_of(Field.NATIVE_ID, "a:1"), False, id="the gateway's own id"),
    pytest.param(session(), any_of(Field.STATUS, "ended"), True, id="the status"),
    pytest.param(session(), any_of(Field.STATUS, "active", "ended"), True, id="one of two"),
    pytest.param(session(), any_of(Field.STATUS, "active"), False, id="another status"),
    pytest.param(
        session(status=Status.UNKNOWN), any_of(Field.STATUS, "unknown"), True, id="unknown"
    ),
    pytest.param(session(user=ANN), any_of(Field.USER, "u1"), True, id="the user's id"),
    pytest.param(session(user=ANN), any_of(Field.USER, "Ann"), True, id="the user's name"),
    pytest.param(session(user=ANN), any_of(Field.USER, "ann"), False, id="another spelling"),
    pytest.param(session(user=ANN), any_of(Field.USER, "u"), False, id="a part of it"),
    pytest.param(session(user=Named(name="Ann")), any_of(Field.USER, "Ann"), True, id="no id"),
    pytest.param(session(user=Named(id="u1")), any_of(Field.USER, "Ann"), False, id="no name"),
    pytest.param(session(), any_of(Field.USER, "Ann", ""), False, id="no user"),
    pytest.param(session(user=Named()), any_of(Field.USER, "None", ""), False, id="an empty user"),
    pytest.param(session(), any_of(Field.STATUS), False, id="no value at all"),
]


@pytest.mark.parametrize(("found", "condition", "expected"), EQUALITY)
def test_equality_is_with_any_of_the_values(
    found: Session, condition: Condition, expected: bool
) -> None:
    assert matches(found, [condition]) is expected


@pytest.mark.parametrize(
    ("started_at", "is_after", "is_before"),
    [
        (NOON - MICROSECOND, False, True),
        (NOON, True, False),
        (NOON + MICROSECOND, True, False),
        (NOON.astimezone(timezone(timedelta(hours=1))), True, False),
        (None, False, False),
    ],
    ids=["just before", "then", "just after", "then, in another zone", "no start"],
)
def test_after_includes_its_instant_and_before_does_not(
    started_at: datetime | None, is_after: bool, is_before: bool
) -> None:
    found = session(started_at=started_at)

    assert matches(found, [AtOrAfter(Field.STARTED_AT, NOON)]) is is_after
    assert matches(found, [Before(Field.STARTED_AT, NOON)]) is is_before


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_every_start_is_either_before_an_instant_or_not(
    started_at: datetime, instant: datetime
) -> None:
    found = session(started_at=started_at)

    is_before = matches(found, [Before(Field.STARTED_AT, instant)])
    assert is_before is not matches(found, [AtOrAfter(Field.STARTED_AT, instant)])


def test_all_conditions_must_hold() -> None:
    found = session(user=ANN, started_at=NOON)
    ended, later = any_of(Field.STATUS, "ended"), AtOrAfter(Field.STARTED_AT, NOON + MICROSECOND)

    assert matches(found, [])
    assert matches(found, [ended, any_of(Field.USER, "Ann")])
    assert not matches(found, [ended, later])


def test_a_word_is_no_instant() -> None:
    for field in (Field.NATIVE_ID, Field.STATUS, Field.USER):
        with pytest.raises(KeyError):
            instant_of(session(), field)


@pytest.mark.parametrize(
    ("within", "is_found"),
    [
        ((Field.TITLE, Field.USER, Field.DEVICE, Field.SPACE), True),
        ((Field.USER,), True),
        ((Field.TITLE, Field.DEVICE, Field.SPACE), False),
        ((), False),
    ],
)
def test_a_search_looks_only_where_it_may(within: tuple[Field, ...], *, is_found: bool) -> None:
    assert matches(session(user=ANN), [Contains("an", within)]) is is_found
