"""Made-up values look like those they stand for, and stand for no other."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declarative.pseudonyms import Pseudonyms

KEY = b"a key of the tests"

texts = st.text(max_size=40)


def shape(text: str) -> str:
    """Write what kind of character stands where."""
    return re.sub("[0-9]", "9", re.sub("[a-z]", "a", re.sub("[A-Z]", "A", text)))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=40))
def test_a_made_up_text_has_the_shape_of_the_real_one(text: str) -> None:
    made = Pseudonyms(KEY).text(text)

    assert shape(made) == shape(text)


@given(texts)
def test_the_same_is_the_same_alone_and_within_others(text: str) -> None:
    made_up = Pseudonyms(KEY)

    made = made_up.text(text)

    assert made_up.text(text) == made
    assert made_up.text(f"https://{text}/x") == f"https://{made}/{made_up.text('x')}"


@given(st.sets(st.from_regex("[a-z]{3}-[0-9]{3}", fullmatch=True), max_size=40))
def test_different_ids_stay_different(ids: set[str]) -> None:
    made_up = Pseudonyms(KEY)

    made = {made_up.text(each) for each in ids}

    assert len(made) == len(ids)
    assert not made & ids


@given(st.integers(-(10**25), 10**25) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_made_up_number_is_one_of_as_many_digits(number: float) -> None:
    made = Pseudonyms(KEY).number(number)

    assert type(made) is type(number)
    if isinstance(number, int):
        assert len(str(made)) == len(str(number))


def test_a_number_is_made_up_as_the_text_of_its_digits_is() -> None:
    made_up = Pseudonyms(KEY)

    assert str(made_up.number(4711)) == made_up.text("4711")


@pytest.mark.parametrize("text", ["00042", "3f2a9c00-1b2c-4d5e-8f90-0a1b2c3d4e5f", "Žofie 名前"])
def test_forms_that_say_something_are_kept(text: str) -> None:
    made = Pseudonyms(KEY).text(text)

    assert made != text
    assert len(made) == len(text)
    assert bool(re.fullmatch("0+[1-9]+", text)) is made.startswith("000")
    assert bool(re.fullmatch("[0-9a-f-]+", text)) is bool(re.fullmatch("[0-9a-f-]+", made))
    assert made.isascii() is text.isascii()


def test_without_the_key_nothing_is_known() -> None:
    one, other = Pseudonyms(b"one key"), Pseudonyms(b"another")

    assert one.text("Amélie Dubois") != other.text("Amélie Dubois")
    assert one.day(date(1985, 3, 12)) != other.day(date(1985, 3, 12))


@given(key=st.binary(min_size=16, max_size=16), numbers=st.permutations(range(1, 10)))
def test_where_all_words_of_a_shape_are_in_use_each_stands_for_one(
    key: bytes, numbers: list[int]
) -> None:
    pseudonyms = Pseudonyms(key)

    made = [pseudonyms.number(number) for number in numbers]

    assert sorted(made) == [*range(1, 10)]
