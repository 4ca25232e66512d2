"""One odd record costs itself, and nothing that was not exact gets through."""

import json

import pytest
from msgspec import Raw

from adapters.toolkit.record import Record, UnusableRecordError, whole_number


def nested(levels: int, *, in_lists: bool) -> bytes:
    """Write a record of so many levels in all."""
    begin, end = (b"[", b"]") if in_lists else (b'{"a": ', b"}")
    return b'{"a": ' + begin * (levels - 1) + b"1" + end * (levels - 1) + b"}"


@pytest.mark.parametrize("in_lists", [False, True])
def test_a_record_may_be_nested_200_levels_deep_and_no_deeper(in_lists: bool) -> None:
    assert "a" in Record(Raw(nested(200, in_lists=in_lists))).left

    with pytest.raises(UnusableRecordError, match="nested deeper than 200 levels"):
        Record(Raw(nested(201, in_lists=in_lists)))


@pytest.mark.parametrize(
    "record",
    [
        b'{"a": [%s]}' % b", ".join([b"[{}]"] * 500),
        b'{"a": "%s"}' % (b"[{" * 500),
    ],
    ids=["wide", "a text"],
)
def test_a_record_that_only_looks_deep_is_read(record: bytes) -> None:
    assert "a" in Record(Raw(record)).left


@pytest.mark.parametrize(
    "value",
    [
        b"1e999",
        b"-1e999",
        b"9" * 5000,
        b"NaN",
        b"Infinity",
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"Zo\xeb"',
        b"[" * 100_000 + b"]" * 100_000,
    ],
    ids=lambda value: value[:20].decode("latin-1"),
)
def test_what_no_json_can_hold_costs_the_record(value: bytes) -> None:
    with pytest.raises(UnusableRecordError, match="the record is not JSON"):
        Record(Raw(b'{"id": 1, "a": ' + value + b"}"))


@pytest.mark.parametrize(
    "number", [2**53 + 1, 2**63, 2**64 + 1, -(2**63) - 1, 10**40 + 7, -(10**300) - 1]
)
def test_a_whole_number_of_any_length_stays_exact(number: int) -> None:
    record = Record(Raw(json.dumps({"a": number, "b": [number]}).encode()))

    assert record.take("a", whole_number) == number
    assert record.peek("b") == [number]
