"""The grammar of ``Cache-Control`` and ``Prefer`` in requests."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.federation.freshness import AS_KEPT, Freshness
from gateway.web.directives import (
    LEAST_WAIT_SECONDS,
    MOST_WAIT_SECONDS,
    forbids_storing,
    freshness,
    wait_seconds,
)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], AS_KEPT),
        ([""], AS_KEPT),
        (["max-stale"], Freshness(max_stale_s=math.inf)),
        (["max-stale=60, no-transform"], Freshness(max_stale_s=60)),
        (["No-Cache"], Freshness(is_renewed=True)),
        (["max-age=0"], Freshness(max_age_s=0, is_renewed=True)),
        (["max-age=5"], Freshness(max_age_s=5)),
        (['max-age="5"'], Freshness(max_age_s=5)),
        (["max-age=7, max-age=5"], Freshness(max_age_s=5)),
        (["max-age=-5"], AS_KEPT),
        (["max-age=1.5"], AS_KEPT),
        (["max-age"], AS_KEPT),
        (["max-age=" + "9" * 19], Freshness(max_age_s=2**31)),
        (["only-if-cached"], Freshness(is_kept_only=True)),
        (["max-age=5 , only-if-cached"], Freshness(max_age_s=5, is_kept_only=True)),
        (["max-age=5", "no-cache"], Freshness(max_age_s=5, is_renewed=True)),
        (['x="no-cache, only-if-cached"'], AS_KEPT),
        (['x="a\\", no-cache"'], AS_KEPT),
    ],
)
def test_what_is_asked_of_the_age_of_an_answer_is_read(
    values: list[str], wanted: Freshness
) -> None:
    assert freshness(values) == wanted
    assert freshness(values, 60) == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["min-fresh=20"], Freshness(max_age_s=40)),
        (["min-fresh=0"], Freshness(max_age_s=60)),
        (["min-fresh=20, max-age=50"], Freshness(max_age_s=40)),
        (["min-fresh=20, max-age=30"], Freshness(max_age_s=30)),
        (["min-fresh=20", "min-fresh=50"], Freshness(max_age_s=10)),
        (["min-fresh=60"], Freshness(max_age_s=0, is_renewed=True)),
        (["min-fresh=" + "9" * 19], Freshness(max_age_s=0, is_renewed=True)),
        (["min-fresh=20, only-if-cached"], Freshness(max_age_s=40, is_kept_only=True)),
        (["min-fresh"], AS_KEPT),
        (["min-fresh=-1"], AS_KEPT),
        (["min-fresh=1.5"], AS_KEPT),
    ],
)
def test_what_is_to_be_left_of_the_time_that_backends_keep_tells_how_old_it_may_be(
    values: list[str], wanted: Freshness
) -> None:
    assert freshness(values, 60) == wanted


def test_where_nothing_is_kept_nothing_is_left_of_it() -> None:
    assert freshness(["min-fresh=20"]) == AS_KEPT


@pytest.mark.parametrize(
    ("values", "is_forbidden"),
    [
        ([], False),
        (["no-cache, max-age=0"], False),
        (["no-store"], True),
        (["max-age=5", "No-Store"], True),
        (['x="no-store"'], False),
        (["no-stored, xno-store"], False),
    ],
)
def test_nobody_is_to_store_an_answer_if_the_client_says_so(
    values: list[str], is_forbidden: bool
) -> None:
    assert forbids_storing(values) is is_forbidden


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([], None),
        (["respond-async"], None),
        (["wait=5"], 5),
        (["Wait = 0.5"], 0.5),
        (['wait="2."'], 2),
        (["respond-async, wait=7;foo=bar"], 7),
        (["wait=7", "wait=9"], 7),
        (["wait=600"], MOST_WAIT_SECONDS),
        (["wait=0"], LEAST_WAIT_SECONDS),
        (["wait"], None),
        (["wait=-1"], None),
        (["wait=1e3"], None),
        (["wait=inf"], None),
        (["wait=nan"], None),
        (["wait=\u0663"], None),
        (["wait=" + "9" * 5000], None),
        (['x="wait=3"'], None),
    ],
)
def test_how_long_a_client_waits_is_read(values: list[str], seconds: float | None) -> None:
    assert wait_seconds(values) == seconds


@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_text_may_be_sent(values: list[str]) -> None:
    wait = wait_seconds(values)

    assert wait is None or LEAST_WAIT_SECONDS <= wait <= MOST_WAIT_SECONDS
    assert isinstance(freshness(values), Freshness)


@given(
    st.integers(0, 10**6), st.lists(st.sampled_from(["no-store", "x=y", 'z="a, b"']), max_size=3)
)
def test_an_age_is_read_among_anything_else(seconds: int, others: list[str]) -> None:
    wanted = freshness([", ".join([*others, f"max-age={seconds}"])])

    assert wanted == Freshness(max_age_s=seconds, is_renewed=seconds == 0)
