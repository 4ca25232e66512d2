"""Durations as vendors write them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.toolkit.durations import dotnet_time_span, iso_duration, seconds_between

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("20:20:40.0020000", 73_240.002),
        ("00:02:50.3010000", 170.301),
        ("00:00:00", 0),
        ("23:59:59.9999999", 86_399.999999),
        ("1.00:00:00", 86_400),
        ("1.02:03:00", 93_780),
        ("1.01:00:00.5", 90_000.5),
        ("10675199.02:48:05", 922_337_203_685),
        ("-00:00:01.5000000", -1.5),
        ("-1.02:03:00", -93_780),
        ("1:02:03", 3_723),
    ],
)
def test_a_time_span_is_read_to_the_microsecond(written: str, seconds: float) -> None:
    assert dotnet_time_span(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00:02",
        "1.5",
        "1:00:00:00",
        "00:60:00",
        "00:00:60",
        "00:00:00.",
        "00:00:00.00000000",
        "100:00:00",
        ".00:00:00",
        " 00:00:01",
        "00:00:01\n",
        "+00:00:01",
        "\u0660\u0660:\u0660\u0660:\u0660\u0661",
        "PT1S",
        None,
        61,
        61.5,
        True,
        [],
        {},
    ],
)
def test_what_is_no_time_span_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a TimeSpan"):
        dotnet_time_span(value)


@given(
    days=st.integers(0, 10_000),
    clock=st.times(),
    is_negative=st.booleans(),
)
def test_every_time_span_of_the_constant_form_is_read_back(
    days: int, clock: time, is_negative: bool
) -> None:
    written = f"{'-' * is_negative}{days}.{clock:%H:%M:%S.%f}0"

    span = dotnet_time_span(written)

    length = timedelta(
        days, clock.second, clock.microsecond, minutes=clock.minute, hours=clock.hour
    )
    assert span == (-length if is_negative else length)


def test_the_time_between_two_instants_is_in_seconds() -> None:
    assert seconds_between(NOON, NOON + timedelta(minutes=1, milliseconds=5)) == 60.005


@pytest.mark.parametrize(("start", "end"), [(None, NOON), (NOON, None), (None, None)])
def test_without_both_ends_there_is_no_length(start: datetime | None, end: datetime | None) -> None:
    assert seconds_between(start, end) is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("PT1H5M", 3900),
        ("PT0S", 0),
        ("P1DT1S", 86_401),
        ("P2W", 14 * 86_400),
        ("PT1.5S", 1.5),
        ("PT0,25S", 0.25),
        ("PT90M", 5400),
        ("-PT1S", -1),
    ],
)
def test_an_iso_duration_is_read(written: str, seconds: float) -> None:
    assert iso_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["", "P", "PT", "P1DT", "P1Y", "P1M", "PT1", "1H", "P1W1D", "PT1S1M", "pt1s", 60, None]
)
def test_what_is_no_iso_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        iso_duration(value)
