"""Instants as vendors write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.toolkit.instants import epoch_seconds, iso_instant, iso_instant_in, not_before

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

in_paris = iso_instant_in(ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("2026-11-22T12:00+00:00", NOON),
        ("2000-01-23T04:56:07.000+00:00", datetime(2000, 1, 23, 4, 56, 7, tzinfo=UTC)),
        ("2026-11-22T17:00:00.0000010+05:00", NOON + timedelta(microseconds=1)),
        ("2026-11-22T12:00:00.1234567Z", NOON + timedelta(microseconds=123_456)),
        ("2026-11-22T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
    ],
)
def test_an_instant_with_an_offset_is_read_in_utc_to_the_microsecond(
    written: str, instant: datetime
) -> None:
    assert iso_instant(written) == instant
    assert iso_instant(written).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T12:00:00",
        "2026-11-22",
        "20261122",
        "12:00:00",
        "2026-02-30T12:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "soon: now",
        "",
        None,
        1_795_348_800,
        True,
        [],
    ],
)
def test_what_is_no_instant_with_an_offset_is_refused(value: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        iso_instant(value)


def test_a_missing_offset_is_that_of_the_zone() -> None:
    assert in_paris("2026-11-22T13:00:00") == NOON
    assert in_paris("2026-07-22T14:00:00.0000000") == datetime(2026, 7, 22, 12, tzinfo=UTC)


def test_a_written_offset_is_stronger_than_the_zone() -> None:
    assert in_paris("2026-11-22T12:00:00Z") == NOON


def test_a_local_time_that_occurs_twice_is_the_first() -> None:
    assert in_paris("2026-10-25T02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_end_before_its_start_is_refused() -> None:
    read = not_before(NOON, iso_instant)

    assert read("2026-11-22T12:00:00Z") == NOON
    with pytest.raises(ValueError, match="ends before it starts"):
        read("2026-11-22T11:59:59.999999Z")


def test_an_end_without_a_start_is_just_read() -> None:
    assert not_before(None, iso_instant)("2026-11-22T12:00:00Z") == NOON


def test_seconds_since_1970_may_have_a_fraction() -> None:
    assert epoch_seconds(1_795_348_800) == NOON
    assert epoch_seconds(1_795_348_800.5) == NOON + timedelta(milliseconds=500)
    assert epoch_seconds(-1) == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["1795348800", None, True, [], 1e20, -1e20, float("inf"), float("nan")]
)
def test_what_is_no_number_of_seconds_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"not|NaN"):
        epoch_seconds(value)
