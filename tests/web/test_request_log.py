"""The log line of a call says what any other line says, and what came of the call."""

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.request_log import CallRecord, log_call
from gateway.web.tracing import Identity, Trace

IDENTITY = Identity("r1", Trace("a" * 32, "b" * 16, 0))


@given(st.integers(100, 599), st.floats(0, 1000))
def test_a_record_is_as_any_other_with_what_the_call_came_to(status: int, seconds: float) -> None:
    begun = time.time()
    ours = CallRecord("GET", "/v1/sessions", status, seconds, IDENTITY)
    any_other = logging.LogRecord("gateway.requests", logging.INFO, "", 0, "", (), None)

    assert vars(any_other).keys() <= vars(ours).keys()
    assert begun <= ours.created <= time.time()
    assert ours.msecs == int(ours.created % 1 * 1000)
    assert ours.getMessage() == (
        f"GET /v1/sessions {status} {seconds * 1000:.1f} ms r1 trace {'a' * 32}"
    )
    assert ours.told == {
        "method": "GET",
        "route": "/v1/sessions",
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
    }


def test_who_wants_no_such_lines_gets_none(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gateway.requests"):
        log_call("GET", "/v1/sessions", 200, 0.1, IDENTITY)

    assert not caplog.records
