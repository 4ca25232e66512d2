"""Expressions turned round: what was planted is found, and what cannot be is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declarative.fake.planting import NotPlantableError, found, planted, satisfied
from gateway.spi import Json

PLACES = [
    "a",
    "a.b.c",
    "a[0].b",
    "a[-1]",
    "a || b",
    "not_null(a, b)",
    "people[?role=='subject'] | [0].id",
    "people[?role=='subject' && !left].id | [0]",
    "meta.tags[?k == 'x'] | [1].v",
    "a[*].b | [0]",
    "a[].b | [0]",
    "ready && a",
    "@",
]
CONDITIONS = [
    "result == null && error.code == 'E_AUTH'",
    "!ok",
    "error",
    "errors[0].kind == 'auth' || status == 'FAILED'",
    "status != 'OK'",
    "code > `400`",
    "`400` <= code",
    "contains(message, 'token')",
    "starts_with(code, 'AUTH')",
]
NOT_TURNED_ROUND = ["sum(a)", "a.*", "keys(@)", "a[1:2]", "`7`", "a == b"]


@given(st.sampled_from(PLACES), st.integers() | st.text(min_size=1) | st.just({"deep": [1]}))
def test_what_is_planted_is_found(expression: str, value: Json) -> None:
    made = planted(expression, value)

    assert found(expression, made) == value


@pytest.mark.parametrize("expression", PLACES[:-1])
def test_what_was_there_stays(expression: str) -> None:
    before = {"kept": {"as": "it was"}}

    made = planted(expression, "new", before)

    assert made["kept"] == {"as": "it was"}
    assert before == {"kept": {"as": "it was"}}


def test_values_beside_each_other_are_found_together() -> None:
    expressions = {
        "people[?role=='subject'] | [0].id": "u1",
        "people[?role=='subject'] | [0].name": "Ida",
        "people[?role=='guide'] | [0].id": None,
    }

    made: Json = {}
    for expression, value in list(expressions.items())[:2]:
        made = planted(expression, value, made)

    assert {each: found(each, made) for each in expressions} == expressions


@given(st.lists(st.text(alphabet="abc é", min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_a_name_is_put_into_its_parts(words: list[str]) -> None:
    name = " ".join(words)

    try:
        made = planted("join(' ', [first, last])", name)
    except NotPlantableError:
        assert " " not in name
    else:
        assert f"{made['first']} {made['last']}" == name


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_made_true(condition: str) -> None:
    made = satisfied(condition, {"kept": 1})

    assert found(condition, made)
    assert made["kept"] == 1


@pytest.mark.parametrize("expression", NOT_TURNED_ROUND)
def test_what_is_not_turned_round_is_told(expression: str) -> None:
    with pytest.raises(NotPlantableError):
        planted(expression, "value")
