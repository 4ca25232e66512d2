"""Expressions over a vendor's JSON."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declarative.expressions import compiled, roots
from gateway.spi import Json
from tests.adapters.declarative.values import JSON

EXPRESSIONS = (
    *("a", "a.b", "people[?role=='subject'] | [0].id", "sort_by(a, &b)[0]", "max(a)"),
    *("join(a, b)", "sum(a)", "to_number(a)", "a[?b > `1`]", "*.a", "keys(@)", "{x: a, y: b}"),
)


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("a", {"a"}),
        ("a.b.c", {"a"}),
        ('"a.b".c', {"a.b"}),
        ("@.a.b", {"a"}),
        ("@ | a", {"a"}),
        ("people[?role=='subject'] | [0].id", {"people"}),
        ("a[].b | [0]", {"a"}),
        ("a.*.b", {"a"}),
        ("sort_by(people, &age)[0].name || title", {"people", "title"}),
        ("!x && length(y) > `3`", {"x", "y"}),
        ("{p: a, q: [b, c.d]}", {"a", "b", "c"}),
        ("*.a", {"@"}),
        ("keys(@)", {"@"}),
        ("'always'", set()),
    ],
)
def test_an_expression_tells_what_of_a_record_it_looks_at(
    expression: str, fields: set[str]
) -> None:
    assert roots(expression) == fields


@given(st.sampled_from(EXPRESSIONS), JSON)
def test_an_expression_raises_nothing_but_value_errors(expression: str, value: Json) -> None:
    with contextlib.suppress(ValueError):
        compiled(expression)(value)


def test_an_expression_gives_what_it_finds() -> None:
    people = [{"role": "host", "id": 1}, {"role": "subject", "id": 2}]

    assert compiled("people[?role=='subject'] | [0].id")({"people": people}) == 2
