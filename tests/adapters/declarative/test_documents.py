"""Records stay as they were sent, and nothing a vendor sends makes an expression break."""

import contextlib
import json

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from adapters.declarative.documents import Document, Selector
from gateway.spi import BadAnswer, ErrorCode
from tests.support.examples import examples

ODD = '{ "n": 1.50e0, "big": 123456789012345678901234567890, "é\\u0041" : [ ] }'


def document(text: str, inside: tuple[str, ...] = ()) -> Document:
    return Document("list", Raw(text.encode()), inside)


def test_rows_that_a_path_leads_to_are_the_very_bytes_that_came() -> None:
    rows = Selector("a.b").rows(document(f'{{"a": {{"x": 1, "b": [{ODD}, 2]}}}}'))

    assert [bytes(row) for row in rows] == [ODD.encode(), b"2"]
    assert bytes(Selector("a").row(document(f'{{"a": {ODD}}}'))) == ODD.encode()
    assert bytes(Selector("@").row(document(ODD))) == ODD.encode()


@pytest.mark.parametrize("text", ['{"a": {"b": [%s]}}', '{"a": null, "c": [%s]}', "[%s]"])
def test_rows_that_are_in_one_of_several_places_are_the_very_bytes_too(text: str) -> None:
    rows = Selector("not_null(a.b, c, @)").rows(document(text % ODD))

    assert [bytes(row) for row in rows] == [ODD.encode()]


def test_rows_that_an_expression_finds_hold_what_came() -> None:
    rows = Selector("a[?n > `1`]").rows(document(f'{{"a": [{ODD}, {{"n": 0}}]}}'))

    assert [json.loads(bytes(row)) for row in rows] == [json.loads(ODD)]


def test_what_is_inside_an_envelope_is_found_from_outside() -> None:
    inside = document('{"rows": [1, 2]}', ("result",))

    assert Selector("result.rows").rows(inside) == [Raw(b"1"), Raw(b"2")]
    assert Selector("result.rows[1]").value(inside) == 2
    assert Selector("rows").value(inside) is None
    assert Selector("rows[1]").value(inside.unwrapped()) == 2


@pytest.mark.parametrize(
    "expression",
    ["n", "missing", "a.missing", "text", "a.deep", "a.deep.er", "sort_by(l, &x)", "l[::0]"],
)
def test_where_there_are_no_rows_that_is_a_bad_answer(expression: str) -> None:
    told = document('{"n": null, "a": {"deep": 1}, "text": "x", "l": [{"x": 1}, {"x": "y"}]}')

    for look in (Selector(expression).rows, Selector(expression).row):
        with pytest.raises(BadAnswer) as caught:
            look(told)
        assert caught.value.code is ErrorCode.SCHEMA


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "rows"]), inner, max_size=3)
    ),
    max_leaves=12,
)
EXPRESSIONS = [
    *("a", "a.b", "rows.a.b", "@", "a[0]", "rows[?a > `1`].b", "sort_by(rows, &a)", "&a"),
    *("max_by(rows, &b).a", "join(',', rows)", "to_number(a)", "avg(rows)", "keys(a)", "a || b"),
    *(
        "rows[*].a | [0]",
        "length(a) == `0`",
        "sum(rows[].a)",
        "rows[::-1]",
        "a.*.b",
        "not_null(a,b)",
        "not_null(a.b, rows, @)",
    ),
    *("starts_with(a, b)", "map(&a, rows)", "merge(a, b)", "reverse(rows)", "ceil(a)"),
]


@settings(max_examples=examples(200))
@given(value=JSON, expression=st.sampled_from(EXPRESSIONS))
def test_every_look_at_whatever_comes_ends_in_a_value_or_a_bad_answer(
    value: object, expression: str
) -> None:
    selector, told = Selector(expression), document(json.dumps(value))

    for look in (selector.value, selector.rows, selector.row, selector.is_true_of):
        with contextlib.suppress(BadAnswer):
            look(told)


@settings(max_examples=examples(100))
@given(value=JSON, path=st.sampled_from(["a", "a.b", "rows", "rows.a", "b.a.rows"]))
def test_a_path_finds_what_the_same_expression_finds(value: object, path: str) -> None:
    told = document(json.dumps(value))

    assert Selector(path).value(told) == jmespath.search(path, value)
    assert Selector.along(path).value(told) == jmespath.search(path, value)


@settings(max_examples=examples(100))
@given(value=JSON, expression=st.sampled_from(["not_null(a.b, rows)", "not_null(a,@)"]))
def test_several_paths_find_what_the_same_expression_finds(value: object, expression: str) -> None:
    told = document(json.dumps(value))

    assert Selector(expression).value(told) == jmespath.search(expression, value)


def test_names_of_dotted_paths_may_hold_what_those_of_expressions_may_not() -> None:
    told = document('{"session-id": {"@ü": 3}}')

    assert Selector.along("session-id.@ü").value(told) == 3


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, '{"a": 1e999}', '{"a": "\xff"}'])
def test_what_cannot_be_decoded_is_a_bad_answer(text: str) -> None:
    with pytest.raises(BadAnswer):
        Selector("a[0]").value(Document("list", Raw(text.encode("latin-1"))))


@pytest.mark.parametrize(
    ("text", "is_true"),
    [
        *((text, False) for text in ("null", "false", '""', "[]", "{}")),
        *((text, True) for text in ("true", "0", "0.0", '"x"', "[0]", '{"a": 0}')),
    ],
)
def test_true_is_what_jmespath_takes_for_true(text: str, is_true: bool) -> None:
    assert Selector("a").is_true_of(document(f'{{"a": {text}}}')) is is_true
    assert jmespath.search("a && 'yes' || 'no'", json.loads(f'{{"a": {text}}}')) == (
        "yes" if is_true else "no"
    )
