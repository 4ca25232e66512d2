"""Ids of requests, and their places in traces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.tracing import request_id, traced

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WRITTEN = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]")


@pytest.mark.parametrize(
    ("traceparent", "flags"),
    [
        (f"00-{TRACE}-{PARENT}-01", "01"),
        (f"00-{TRACE}-{PARENT}-00", "00"),
        (f"00-{TRACE}-{PARENT}-ff", "03"),
        (f"cc-{TRACE}-{PARENT}-01", "01"),
        (f"cc-{TRACE}-{PARENT}-01-what-the-future-brings", "01"),
    ],
)
def test_a_valid_trace_is_gone_on_with(traceparent: str, flags: str) -> None:
    trace = traced([traceparent])

    assert (trace.trace_id, f"{trace.flags:02x}") == (TRACE, flags)
    assert trace.span_id != PARENT
    assert WRITTEN.fullmatch(str(trace))


@pytest.mark.parametrize(
    "traceparents",
    [
        [],
        [""],
        [f"00-{TRACE}-{PARENT}"],
        [f"00-{TRACE.upper()}-{PARENT}-01"],
        [f"00-{'0' * 32}-{PARENT}-01"],
        [f"00-{TRACE}-{'0' * 16}-01"],
        [f"00-{TRACE}-{PARENT}-01-more"],
        [f"cc-{TRACE}-{PARENT}-01more"],
        [f"ff-{TRACE}-{PARENT}-01"],
        [f"00-{TRACE}-{PARENT}-01\n"],
        [f"00-{TRACE}-{PARENT}-01"] * 2,
    ],
)
def test_what_is_no_trace_begins_another(traceparents: list[str]) -> None:
    first, second = traced(traceparents), traced(traceparents)

    assert len({first.trace_id, second.trace_id, TRACE}) == 3
    assert first.flags == 0
    assert WRITTEN.fullmatch(str(first))


@given(st.lists(st.text(max_size=70), max_size=2))
def test_any_text_may_be_sent(values: list[str]) -> None:
    assert WRITTEN.fullmatch(str(traced(values)))
    assert re.fullmatch(r"[A-Za-z0-9._~:+/=@-]{1,128}", request_id(values))


@pytest.mark.parametrize(
    ("given_ids", "is_taken"),
    [
        (["abc-123"], True),
        (["x" * 128], True),
        (["0af76519/16cd43dd:8448=eb@211c+8"], True),
        ([], False),
        ([""], False),
        (["x" * 129], False),
        (["a b"], False),
        (["a\nb"], False),
        (["\x1b[31m"], False),
        (["é"], False),
        (["a", "a"], False),
    ],
)
def test_an_id_is_taken_over_if_a_log_can_hold_it(given_ids: list[str], is_taken: bool) -> None:
    assert (request_id(given_ids) in given_ids) is is_taken
