"""The breaker: when it opens, for how long, whom it lets through, and when it closes."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.resilience.breaker import Breaker, BreakerRules, BreakerState, Permit
from tests.support.clock import Clock
from tests.support.examples import examples

MIDDLE = 0.5
"""The draw that neither lengthens nor shortens."""


def breaker(clock: Clock, draw: float = MIDDLE) -> Breaker:
    return Breaker(BreakerRules(), clock, lambda: draw)


def permit(of: Breaker) -> Permit:
    permit = of.admit()
    assert permit is not None
    return permit


def opened(clock: Clock, draw: float = MIDDLE) -> Breaker:
    made = breaker(clock, draw)
    for _ in range(5):
        permit(made).bad(is_connect=True)
    return made


def probed(of: Breaker, clock: Clock) -> Permit:
    clock.now += of.wait()
    return permit(of)


def test_it_opens_at_the_tenth_call_if_half_of_them_were_bad() -> None:
    made = breaker(Clock())

    states = []
    for index in range(10):
        call = permit(made)
        call.bad() if index % 2 else call.good()
        states.append(made.state)

    assert states == [BreakerState.CLOSED] * 9 + [BreakerState.OPEN]


def test_it_stays_closed_while_fewer_than_half_of_the_calls_are_bad() -> None:
    made = breaker(Clock())

    for index in range(100):
        call = permit(made)
        call.bad() if index % 5 in {1, 3} else call.good()

    assert made.state is BreakerState.CLOSED


def test_what_happened_longer_ago_than_the_window_does_not_count() -> None:
    clock = Clock()
    made = breaker(clock)
    for _ in range(9):
        permit(made).bad()

    clock.now += 20
    permit(made).bad()

    assert made.state is BreakerState.CLOSED


def test_what_happened_within_nine_tenths_of_the_window_counts() -> None:
    clock = Clock(1.9)
    made = breaker(clock)
    for _ in range(9):
        permit(made).bad()

    clock.now += 18
    permit(made).bad()

    assert made.state is BreakerState.OPEN


def test_it_opens_at_the_fifth_failure_to_connect_with_no_good_call_between() -> None:
    made = breaker(Clock())
    for _ in range(4):
        permit(made).bad(is_connect=True)
    permit(made).good()
    for _ in range(4):
        permit(made).bad(is_connect=True)
    before = made.state

    permit(made).bad(is_connect=True)

    assert (before, made.state) == (BreakerState.CLOSED, BreakerState.OPEN)


def test_calls_that_tell_nothing_of_the_vendor_count_neither_as_good_nor_as_bad() -> None:
    made = breaker(Clock())
    for _ in range(50):
        permit(made).release()

    states = []
    for _ in range(10):
        permit(made).bad()
        states.append(made.state)

    assert states == [BreakerState.CLOSED] * 9 + [BreakerState.OPEN]


def test_a_released_call_does_not_open_it_though_old_good_ones_are_forgotten() -> None:
    clock = Clock()
    made = breaker(clock)
    for _ in range(11):
        permit(made).good()
    clock.now += 4
    for _ in range(10):
        permit(made).bad()
    clock.now += 16

    permit(made).release()

    assert made.state is BreakerState.CLOSED


def test_an_open_one_lets_nobody_through_until_its_time_is_over() -> None:
    clock = Clock()
    made = opened(clock)

    assert (made.wait(), made.admit()) == (5.0, None)
    clock.now += 4.5
    assert (made.wait(), made.admit(), made.state) == (0.5, None, BreakerState.OPEN)
    clock.now += 0.5
    assert (made.wait(), made.state) == (0.0, BreakerState.HALF_OPEN)


def test_one_probe_at_a_time_and_three_good_ones_close_it() -> None:
    clock = Clock()
    made = opened(clock)
    clock.now += 5

    for _ in range(3):
        assert made.state is BreakerState.HALF_OPEN
        probe = permit(made)
        assert (made.admit(), made.wait()) == (None, 1.0)
        probe.good()

    assert (made.state, made.wait()) == (BreakerState.CLOSED, 0.0)


def test_a_probe_that_is_released_frees_its_place_and_judges_nothing() -> None:
    clock = Clock()
    made = opened(clock)
    probed(made, clock).good()
    probed(made, clock).release()
    probed(made, clock).good()
    before = made.state

    probed(made, clock).good()

    assert (before, made.state) == (BreakerState.HALF_OPEN, BreakerState.CLOSED)


@pytest.mark.parametrize("is_connect", [False, True])
def test_a_bad_probe_opens_it_for_twice_as_long_up_to_a_minute(is_connect: bool) -> None:
    clock = Clock()
    made = opened(clock)

    waits = []
    for _ in range(6):
        probed(made, clock).bad(is_connect=is_connect)
        waits.append(made.wait())

    assert waits == [10, 20, 40, 60, 60, 60]


def test_once_closed_it_opens_for_the_shortest_time_again_and_has_forgotten_what_was() -> None:
    clock = Clock()
    made = opened(clock)
    probed(made, clock).bad()
    for _ in range(3):
        probed(made, clock).good()
    for _ in range(4):
        permit(made).bad(is_connect=True)
    assert made.state is BreakerState.CLOSED

    permit(made).bad(is_connect=True)

    assert made.wait() == 5


def test_probes_that_are_good_count_only_in_a_row() -> None:
    clock = Clock()
    made = opened(clock)
    for _ in range(2):
        probed(made, clock).good()
    probed(made, clock).bad()

    probed(made, clock).good()

    assert made.state is BreakerState.HALF_OPEN


@pytest.mark.parametrize(("draw", "wait"), [(0.0, 4.0), (MIDDLE, 5.0), (0.75, 5.5)])
def test_the_time_is_drawn_from_a_fifth_less_to_a_fifth_more(draw: float, wait: float) -> None:
    assert opened(Clock(), draw).wait() == pytest.approx(wait)


def test_years_of_bad_probes_do_not_overflow() -> None:
    clock = Clock()
    made = opened(clock)

    for _ in range(2000):
        probed(made, clock).bad()

    assert made.wait() == pytest.approx(60)


def test_a_call_from_before_it_opened_is_no_probe() -> None:
    clock = Clock()
    made = breaker(clock)
    old = [permit(made) for _ in range(4)]
    for _ in range(5):
        permit(made).bad(is_connect=True)
    clock.now += 5
    permit(made)

    old[0].good()
    old[1].bad()
    old[2].release()

    assert (made.state, made.admit()) == (BreakerState.HALF_OPEN, None)


def test_only_the_first_word_of_a_permit_counts() -> None:
    made = breaker(Clock())
    call = permit(made)
    call.good()

    for _ in range(20):
        call.bad(is_connect=True)

    assert made.state is BreakerState.CLOSED


some_rules = st.builds(
    BreakerRules,
    window_seconds=st.just(10.0),
    least_calls=st.integers(1, 5),
    bad_share=st.sampled_from([0.25, 0.5, 1.0]),
    connect_failures=st.integers(1, 4),
    probes=st.integers(1, 3),
)


@dataclass
class Out:
    """A permit that is out, and after how many changes of state it was given."""

    permit: Permit
    changes: int


class Breakers(RuleBasedStateMachine):
    """Puts a breaker beside a model that remembers every call, and counts them anew each time."""

    @initialize(rules=some_rules)
    def begin(self, rules: BreakerRules) -> None:
        self.clock = Clock()
        self.draw = MIDDLE
        self.agreed = rules
        self.breaker = Breaker(rules, self.clock, lambda: self.draw)
        self.out: list[Out] = []
        self.changes = 0
        self.bad_probes = 0
        self.close()

    def close(self) -> None:
        self.changes += 1
        self.until: float | None = None
        self.calls: list[tuple[int, bool]] = []
        self.unconnected = self.bad_probes = 0

    def open(self) -> None:
        self.changes += 1
        self.good_probes = 0
        self.until = self.clock.now + self.breaker.wait()
        seconds = min(5 * 2**self.bad_probes, 60)
        assert 0.8 * seconds <= self.breaker.wait() + 1e-9
        assert self.breaker.wait() <= 1.2 * seconds + 1e-9

    @rule(quarters=st.integers(0, 80), draw=st.sampled_from([0.0, MIDDLE, 0.999]))
    def go_on(self, quarters: int, draw: float) -> None:
        self.clock.now += quarters / 4
        self.draw = draw

    @precondition(lambda self: self.until is not None)
    @rule()
    def wait_until_it_is_half_open(self) -> None:
        assert self.until is not None
        self.clock.now = max(self.until, self.clock.now)

    @rule()
    def admit(self) -> None:
        is_free = self.breaker.wait() == 0
        permit = self.breaker.admit()

        assert (permit is not None) is is_free is self.is_free()
        if permit is not None:
            self.out.append(Out(permit, self.changes))

    def is_free(self) -> bool:
        if self.until is None:
            return True
        is_probed = any(each.changes == self.changes for each in self.out)
        return self.clock.now >= self.until and not is_probed

    @precondition(lambda self: self.out)
    @rule(data=st.data(), verdict=st.sampled_from(["good", "bad", "bad", "connect", "none"]))
    def use(self, data: st.DataObject, verdict: str) -> None:
        used = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        say(used.permit, verdict)
        say(used.permit, data.draw(st.sampled_from(["good", "bad", "connect", "none"])))

        if used.changes == self.changes and verdict != "none":
            self.expect(verdict)

    def expect(self, verdict: str) -> None:
        if self.until is None:
            self.expect_of_call(verdict)
        elif verdict == "good":
            self.good_probes += 1
            if self.good_probes == self.agreed.probes:
                self.close()
        else:
            self.bad_probes += 1
            self.open()

    def expect_of_call(self, verdict: str) -> None:
        second = int(self.clock.now)
        self.calls.append((second, verdict != "good"))
        self.unconnected = self.unconnected + (verdict == "connect") if verdict != "good" else 0
        recent = [is_bad for at, is_bad in self.calls if at > second - 10]
        is_bad = sum(recent) >= self.agreed.bad_share * len(recent)
        if self.unconnected >= self.agreed.connect_failures or (
            len(recent) >= self.agreed.least_calls and is_bad
        ):
            self.open()

    @invariant()
    def the_state_is_that_of_the_model(self) -> None:
        if not hasattr(self, "agreed"):
            return
        if self.until is None:
            assert self.breaker.state is BreakerState.CLOSED
        elif self.clock.now < self.until:
            assert self.breaker.state is BreakerState.OPEN
        else:
            assert self.breaker.state is BreakerState.HALF_OPEN


def say(permit: Permit, verdict: str) -> None:
    match verdict:
        case "good":
            permit.good()
        case "none":
            permit.release()
        case _:
            permit.bad(is_connect=verdict == "connect")


Breakers.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=50)
TestBreakers = Breakers.TestCase
