"""What words of a file stand for."""

import pytest

from gateway.documents.scalars import plain, text


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("0", 0),
        ("012", 12),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
    ],
)
def test_a_word_of_the_core_schema_is_read(word: str, value: object) -> None:
    result = plain(word)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "yes",
        "on",
        "Off",
        "nULL",
        "tRUE",
        "12:30:45",
        "1_000",
        "0b11",
        "0o8",
        "2027-01-01",
        ".inf",
        "-.Inf",
        ".nan",
        "NaN",
        "inf",
        "1e",
        ".",
        "-",
        "+",
        "٣",
        "16MiB",
    ],
)
def test_any_other_word_is_a_text(word: str) -> None:
    assert plain(word) == word


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("9" * 31, "too long for a number"),
        ("0x" + "f" * 40, "too long for a number"),
        ("1" * 5000, "too long for a number"),
        ("1e999", "too large for a number"),
        ("-1e999", "too large for a number"),
    ],
)
def test_a_number_that_would_change_is_refused(word: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        plain(word)


@pytest.mark.parametrize("characters", ["a\0b", "\ud800", "x\udfff"])
def test_a_text_that_cannot_be_passed_on_is_refused(characters: str) -> None:
    with pytest.raises(ValueError, match="holds a character"):
        text(characters)


def test_a_text_is_kept_as_it_is() -> None:
    assert text(" ß\n🎧 ") == " ß\n🎧 "
