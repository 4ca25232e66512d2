"""What a value of a vendor's is read as."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declarative import casts
from adapters.declarative.casts import Cast
from adapters.declarative.language.mapping import DurationCast, InstantCast
from gateway.spi import Json

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ODD: tuple[Json, ...] = (None, True, [], {}, "soon", "٣", 1e300, "1e999", 10**40, "NaN", "\x00")


def refuses(cast: Cast[object], value: Json) -> bool:
    try:
        cast(value)
    except (ValueError, OverflowError):
        return True
    return False


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("iso", "2026-11-22T12:00:00Z"),
        ("iso", "2026-11-22T13:00:00+01:00"),
        ("epoch_s", 1795348800),
        ("epoch_s", 1795348800.0),
        ("epoch_s", "1795348800"),
        ("epoch_s", "1795348800.000"),
        ("epoch_ms", 1795348800000),
        ("epoch_ms", "1795348800000"),
        ("epoch_us", 1795348800000000),
    ],
)
def test_an_instant_is_read_as_it_is_written(cast: InstantCast, value: Json) -> None:
    assert casts.instant(cast, None)(value) == NOON
    assert casts.instant(cast, None)(value).tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_whole_microseconds_are_read_exactly(instant: datetime) -> None:
    written = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    assert casts.instant("epoch_us", None)(written) == instant
    assert casts.instant("epoch_us", None)(str(written)) == instant


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_a_zone_is_for_times_without_an_offset(zone: str) -> None:
    read = casts.instant("iso", zone)

    assert read("2026-11-22T12:00:00Z") == NOON
    assert read("2026-11-22T12:00:00") == NOON - timedelta(hours=zone != "UTC")


def test_without_a_zone_a_time_needs_an_offset() -> None:
    assert refuses(casts.instant("iso", None), "2026-11-22T12:00:00")


@pytest.mark.parametrize("value", [*ODD, "2026-11-22", "0001-01-01T00:00:00+14:00"], ids=repr)
@pytest.mark.parametrize("cast", ["iso", "epoch_s", "epoch_ms", "epoch_us"])
def test_what_is_no_instant_of_the_calendar_is_refused(cast: InstantCast, value: Json) -> None:
    assert refuses(casts.instant(cast, None), value)


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("seconds", 3900),
        ("seconds", "3900.0"),
        ("milliseconds", 3_900_000),
        ("iso_duration", "PT1H5M"),
        ("iso_duration", "PT3900S"),
        ("dotnet_duration", "01:05:00"),
    ],
)
def test_a_duration_is_given_in_seconds(cast: DurationCast, value: Json) -> None:
    assert casts.duration(cast)(value) == 3900


@pytest.mark.parametrize("value", [*ODD, -1, "-1", "-PT1S", "-00:00:01", 1e15], ids=repr)
@pytest.mark.parametrize("cast", ["seconds", "milliseconds", "iso_duration", "dotnet_duration"])
def test_what_no_session_can_last_is_refused(cast: DurationCast, value: Json) -> None:
    assert refuses(casts.duration(cast), value)


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (5, "5"), (2.5, "2.5"), (-0, "0")])
def test_a_text_may_be_a_number(value: Json, text: str) -> None:
    assert casts.text(value) == text
    assert casts.word(value) == text


def test_true_and_false_are_words_and_no_texts() -> None:
    assert [casts.word(True), casts.word(False)] == ["true", "false"]  # noqa: FBT003  # the values
    assert refuses(casts.text, True)  # noqa: FBT003  # the value


@pytest.mark.parametrize(("value", "number"), [(0, 0), ("12", 12), (3.0, 3)])
def test_people_are_counted_by_whole_numbers(value: Json, number: int) -> None:
    assert casts.count(value) == number


@pytest.mark.parametrize("value", [*ODD, -1, 1.5, "1.5", 2**53 + 1], ids=repr)
def test_what_is_no_number_of_people_is_refused(value: Json) -> None:
    assert refuses(casts.count, value)


def test_tags_are_a_list_or_a_text_with_commas() -> None:
    assert casts.listed(["a b", 1]) == ("a b", "1")
    assert casts.divided("a b, c,, ") == ("a b", "c")
    assert refuses(casts.listed, "a, b")
    assert refuses(casts.listed, [["a"]])
    assert refuses(casts.divided, ["a"])
