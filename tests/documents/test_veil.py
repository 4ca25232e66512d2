"""Keeping values out of messages."""

import pytest

from gateway.documents.veil import Veil


@pytest.mark.parametrize(
    ("values", "message", "expected"),
    [
        (["secret"], "it is secret.", "it is <0>."),
        (["secret"], "'secret' and 'secret'", "'<0>' and '<0>'"),
        (["secret"], "all secrets", "all secrets"),
        (["8"], "at most 80, not 8", "at most 80, not <0>"),
        (["a.c"], "abc a.c", "abc <0>"),
        (["(x)"], "f(x)", "f<0>"),
        (["pass", "pass word"], "pass word pass", "<1> <0>"),
        (["one", "two"], "one two", "<0> <1>"),
        (["https://user:word@host/"], "netloc 'user:word@host' is bad", "netloc <0> is bad"),
        (["https://user:word@host/"], 'netloc "user:word@host" is bad', "netloc <0> is bad"),
        (["basic"], "must be 'a' or 'b'", "must be 'a' or 'b'"),
        ([""], "nothing is hidden", "nothing is hidden"),
        ([], "nothing is hidden", "nothing is hidden"),
    ],
)
def test_references_stand_where_values_would(
    values: list[str], message: str, expected: str
) -> None:
    veil = Veil()
    for number, value in enumerate(values):
        veil.hide(value, f"<{number}>")

    assert veil.over(message) == expected
