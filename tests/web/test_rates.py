"""Rates: a bucket each, which fills up as time goes by, and no more memory than agreed."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.web.rates import Limiter, Quota, spend
from tests.support.examples import examples

SECOND = 1_000_000_000
QUOTA = Quota("key", requests=50, seconds=1)


@dataclass
class Clock:
    """Tells the seconds that a test lets go by."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_as_many_as_the_quota_are_let_through_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    limiter = Limiter(QUOTA, clock)

    at_once = [limiter.spend("a").is_within for _ in range(60)]
    clock.now += 0.02
    next_ones = [limiter.spend("a").is_within for _ in range(2)]

    assert at_once == [True] * 50 + [False] * 10
    assert next_ones == [True, False]


def test_what_is_told_is_what_is_left_and_when_there_is_more() -> None:
    limiter = Limiter(Quota("key", requests=2, seconds=60), Clock())

    told = [limiter.spend("a").headers for _ in range(3)]

    policy = {"RateLimit-Policy": '"key";q=2;w=60'}
    assert told == [
        policy | {"RateLimit": '"key";r=1;t=30'},
        policy | {"RateLimit": '"key";r=0;t=30'},
        policy | {"RateLimit": '"key";r=0;t=30', "Retry-After": "30"},
    ]


def test_a_clock_that_is_set_back_makes_nobody_wait_longer_than_an_empty_bucket() -> None:
    clock = Clock(1_000_000)
    limiter = Limiter(QUOTA, clock)
    limiter.spend("a")

    clock.now = 0
    standing = limiter.spend("a")

    assert (standing.is_within, standing.wait_s) == (False, 1)


def test_one_subject_does_not_spend_what_another_has() -> None:
    limiter = Limiter(Quota("key", 1, 60), Clock())

    assert [limiter.spend(each).is_within for each in "aabb"] == [True, False, True, False]


def test_no_more_subjects_are_remembered_than_agreed_and_those_that_called_last() -> None:
    limiter = Limiter(Quota("key", 1, 60), Clock(), most_subjects=3)

    for subject in "abcad":
        limiter.spend(subject)

    assert len(limiter) == 3
    assert [limiter.spend(each).is_within for each in "cad"] == [False, False, False]
    assert limiter.spend("b").is_within


quotas = st.builds(Quota, st.just("key"), st.integers(1, 9), st.sampled_from([1, 60, 3600]))


class Buckets(RuleBasedStateMachine):
    """Puts the limiter beside a model that counts, in fractions, what flows in and out."""

    @initialize(quota=quotas)
    def begin(self, quota: Quota) -> None:
        self.quota = quota
        self.now = 0
        self.model: dict[str, Level] = {}
        self.limiter = Limiter(quota, lambda: self.now / SECOND)

    # Steps of a 64th of a second are floats without a rest.
    @rule(steps=st.integers(0, 64 * 4000))
    def wait(self, steps: int) -> None:
        self.now += steps * SECOND // 64

    @rule(subject=st.sampled_from("ab"))
    def call(self, subject: str) -> None:
        level = self.model.setdefault(subject, Level(self.quota, self.now))
        level.flow_in(self.now)

        standing = self.limiter.spend(subject)

        assert standing.is_within is level.take()
        assert standing.remaining == level.parts // level.cost
        missing = level.cost - level.parts % level.cost
        assert (standing.wait_s - 1) * SECOND * self.quota.requests < missing
        assert missing <= standing.wait_s * SECOND * self.quota.requests

    @invariant()
    def nobody_is_forgotten(self) -> None:
        assert not hasattr(self, "model") or len(self.limiter) == len(self.model)


@dataclass
class Level:
    """What is in a bucket, in parts: every nanosecond brings as many as the quota has requests."""

    quota: Quota
    at: int
    parts: int = field(init=False)

    def __post_init__(self) -> None:
        self.cost = self.quota.seconds * SECOND
        self.parts = self.cost * self.quota.requests

    def flow_in(self, now: int) -> None:
        gained = (now - self.at) * self.quota.requests
        self.parts = min(self.parts + gained, self.cost * self.quota.requests)
        self.at = now

    def take(self) -> bool:
        if self.parts < self.cost:
            return False
        self.parts -= self.cost
        return True


Buckets.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=30)
TestBuckets = Buckets.TestCase


@given(quotas, st.lists(st.integers(0, 10 * SECOND), min_size=1, max_size=60))
def test_no_window_lets_through_more_than_a_full_bucket_and_what_flows_in(
    quota: Quota, pauses: list[int]
) -> None:
    full_at = now = 0
    passed: list[int] = []
    for pause in pauses:
        now += pause
        full_at, standing = spend(quota, full_at, now)
        if standing.is_within:
            passed.append(now)

    for index, begin in enumerate(passed):
        for count, end in enumerate(passed[index:], start=1):
            flowed = (end - begin) * quota.requests / (quota.seconds * SECOND)
            assert count <= quota.requests + flowed


@given(quotas, st.integers(1, 30))
def test_who_waits_as_long_as_told_is_let_through(quota: Quota, calls: int) -> None:
    full_at = 0
    for _ in range(calls + quota.requests):
        full_at, standing = spend(quota, full_at, 0)
    assert not standing.is_within

    _, standing = spend(quota, full_at, standing.wait_s * SECOND)

    assert standing.is_within


@pytest.mark.parametrize("requests", [1, 3, 7, 9_999_999])
def test_figures_are_whole_however_the_quota_divides(requests: int) -> None:
    quota, full_at = Quota("key", requests, 1), 0

    remaining = []
    for _ in range(3):
        full_at, standing = spend(quota, full_at, 0)
        remaining.append(standing.remaining)

    assert remaining == [max(0, requests - n) for n in (1, 2, 3)]


@given(
    requests=st.integers(1, 10_000),
    seconds=st.sampled_from([1, 60, 3600]),
    workers=st.integers(1, 64),
)
def test_the_shares_of_a_quota_let_through_no_more_than_the_quota(
    requests: int, seconds: int, workers: int
) -> None:
    share = Quota("key", requests, seconds).shared_by(workers)

    assert share.requests * workers <= max(requests, workers)
    assert share.requests * workers * seconds <= requests * share.seconds
    assert share.seconds * requests < (share.requests * seconds * workers) + requests
