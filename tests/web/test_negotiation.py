"""The grammar of ``Accept`` and ``Accept-Encoding``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.negotiation import is_gzip_wanted, media_type

JSON, LINES, TABLE = OFFERS = ("application/json", "application/x-ndjson", "text/csv")

qualities = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("nonsense", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("text/*", TABLE),
        ("application/*;q=0.5, text/csv;q=0.4", JSON),
        ("application/json;q=0.4, application/x-ndjson;q=0.5", LINES),
        ("APPLICATION/X-NDJSON ; Q=1.0", LINES),
        ("text/csv;header=present;q=0.9, application/json;q=0.8", TABLE),
        ("application/*, application/json;q=0", LINES),
        ("*/*;q=0.1, application/json;q=0, application/x-ndjson;q=0", TABLE),
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;q=2, text/csv;q=0.1", TABLE),
        ("application/json;q=-1, text/csv", TABLE),
    ],
)
def test_the_format_that_is_liked_best_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert media_type(accept, OFFERS) == chosen


@given(st.lists(qualities, min_size=3, max_size=3))
def test_no_format_is_chosen_before_one_that_is_liked_better(weights: list[float]) -> None:
    accept = ", ".join(f"{o};q={w:.3f}" for o, w in zip(OFFERS, weights, strict=True))

    chosen = media_type(accept, OFFERS)

    best = max(weights)
    assert chosen == (None if best == 0 else OFFERS[weights.index(best)])


@given(st.text())
def test_any_text_may_be_sent(text: str) -> None:
    assert media_type(text, OFFERS) in (*OFFERS, None)
    assert is_gzip_wanted(text) in (True, False)


@pytest.mark.parametrize(
    ("accept_encoding", "is_wanted"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.1, br", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("br", False),
        ("identity;q=1, gzip;q=0.5", False),
        ("identity;q=0, gzip;q=0.001", True),
    ],
)
def test_gzip_is_sent_to_who_would_rather_have_it(
    accept_encoding: str | None, is_wanted: bool
) -> None:
    assert is_gzip_wanted(accept_encoding) is is_wanted
