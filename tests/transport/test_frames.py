"""JSON-RPC frames: which are answers, and to which call."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.transport.frames import Answer, Refusal, call_frame, read_answer

NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FRAMES = st.fixed_dictionaries(
    {}, optional={"id": NESTED, "result": NESTED, "error": NESTED, "method": NESTED}
)


@given(st.binary())
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
def test_no_bytes_are_too_odd_to_be_read(odd: bytes) -> None:
    for frame in (odd, b'{"id": 1, "result": ' + odd + b"}", b'{"id": 1, "error": ' + odd + b"}"):
        answer = read_answer(frame)

        assert answer is None or isinstance(answer, Answer)


@given(FRAMES)
def test_only_a_frame_with_a_whole_number_and_an_outcome_is_an_answer(
    frame: dict[str, object],
) -> None:
    answer = read_answer(json.dumps(frame).encode())

    if answer is not None:
        assert type(frame["id"]) is int
        assert answer.id == frame["id"]
        assert isinstance(answer.outcome, Refusal) == (frame.get("error") is not None)


@given(st.integers(min_value=1), st.text(), st.none() | st.dictionaries(st.text(), st.text()))
def test_a_call_holds_what_it_was_made_of(
    call_id: int, method: str, params: dict[str, object] | None
) -> None:
    call = json.loads(call_frame(call_id, method, params))

    assert call.pop("params", None) == params
    assert call == {"jsonrpc": "2.0", "id": call_id, "method": method}
