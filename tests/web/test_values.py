"""Values of parameters: what is read, and what is refused."""

from datetime import timedelta

import pytest

from gateway.model.query import Field, Sort
from gateway.web import values


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0),
        ("90", 90),
        ("1.5", 1.5),
        ("PT0S", 0),
        ("PT1H30M", 5400),
        ("PT0.25S", 0.25),
        ("P1D", 86400),
        ("P1DT1S", 86401),
        ("P2W", 1209600),
    ],
)
def test_a_duration_is_seconds_or_iso_8601(written: str, seconds: float) -> None:
    assert values.duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written",
    ["", "-1", "+1", "1e3", "inf", "nan", "P", "PT", "P1DT", "P1Y", "P1M", "1H", "pt1h", "PT1H ",
     "٣", "9" * 30, "P999999W"],
)  # fmt: skip
def test_anything_else_is_no_duration(written: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        values.duration(written)


def test_an_order_is_a_list_of_fields_each_in_a_direction() -> None:
    assert values.order("-started_at,user") == (
        Sort(Field.STARTED_AT, is_descending=True),
        Sort(Field.USER),
    )


@pytest.mark.parametrize(
    "written", ["", ",", "status", "-", "--user", "user,", " user", "user,-user"]
)
def test_anything_else_is_no_order(written: str) -> None:
    with pytest.raises(ValueError, match=r"comma list|twice"):
        values.order(written)


def test_words_of_a_closed_list_are_read_and_others_refused_with_the_list() -> None:
    assert values.SomeOf(["id", "status"])("status,id,status") == ("status", "id")
    with pytest.raises(ValueError, match="id, status"):
        values.SomeOf(["id", "status"])("id,colour")
