"""What is read as a JSON object, and what is refused."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.objects import MAX_DEPTH, MAX_MEMBERS, MAX_TEXT_CHARACTERS, json_object

LONG = "x" * (MAX_TEXT_CHARACTERS + 1)


def nested(levels: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(levels - 1):
        value = [value]
    return {"a": value}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"{} {}", "is not JSON"),
        (b'{"a": NaN}', "is not JSON"),
        (b'{"a": -Infinity}', "is not JSON"),
        (b'{"a": 1e999}', "is not JSON"),
        (b'{"a": 01}', "is not JSON"),
        (b'{"a": "\xff"}', "is not JSON"),
        (b'{"a": "\\ud800"}', "is not JSON"),
        (b'{"a": "\x00"}', "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        ('{"a": 1}'.encode("utf-16"), "is not JSON"),
        (b"{'a': 1}", "is not JSON"),
        (b'{"a": 1,}', "is not JSON"),
        (b'{"a": 1} // so', "is not JSON"),
        (b"[" * 60_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'"a"', "is not a JSON object"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b'{"a": [{"b": 1, "b": 2}]}', "twice"),
        (json.dumps(nested(MAX_DEPTH + 1)).encode(), "deeper than 8"),
        (json.dumps({"a": [1] * MAX_MEMBERS}).encode(), "more than 200"),
        (json.dumps({str(n): n for n in range(MAX_MEMBERS + 1)}).encode(), "more than 200"),
        (json.dumps({"a": LONG}).encode(), "more than 4096"),
        (json.dumps({LONG: 1}).encode(), "more than 4096"),
        (json.dumps({"a": [[LONG]]}).encode(), "more than 4096"),
    ],
)
def test_a_body_is_refused_with_what_is_wrong(body: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        json_object(body)


@pytest.mark.parametrize(
    "document",
    [
        {},
        nested(MAX_DEPTH),
        {"a": [1] * (MAX_MEMBERS - 1)},
        {"a": LONG[1:], LONG[1:]: None},
        {"": "\x00\U0010ffff\u202e"},
    ],
)
def test_a_body_within_limits_is_read(document: object) -> None:
    assert json_object(json.dumps(document).encode()) == document


def test_numbers_of_any_length_are_read() -> None:
    assert json_object(b'{"a": ' + b"9" * 300 + b"}").keys() == {"a"}


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(json_object(body), dict)
