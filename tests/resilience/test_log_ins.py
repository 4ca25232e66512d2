"""The log-in guard: refused log-ins are rare whatever is tried, and accepted ones cost nothing."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gateway.resilience.log_ins import LogInGuard
from tests.support.clock import Clock
from tests.support.examples import examples

WINDOW = 900.0


def test_the_first_may_be_tried_at_once_and_so_may_any_after_accepted_ones() -> None:
    guard = LogInGuard(Clock())

    waits = [guard.wait()]
    for _ in range(10):
        guard.note_accepted()
        waits.append(guard.wait())

    assert waits == [0.0] * 11


def test_whoever_tries_as_soon_as_allowed_is_refused_at_these_times() -> None:
    clock = Clock()
    guard = LogInGuard(clock)

    times = []
    for _ in range(7):
        clock.now += guard.wait()
        guard.note_refused()
        times.append(clock.now)

    assert times == [0, 60, 180, 900, 1380, 2280, 3180]


def test_the_pause_doubles_to_15_minutes() -> None:
    clock = Clock()
    guard = LogInGuard(clock)

    pauses = []
    for _ in range(7):
        clock.now += 10_000  # no window matters
        guard.note_refused()
        pauses.append(guard.wait())

    assert pauses == [60, 120, 240, 480, 900, 900, 900]


def test_an_accepted_one_begins_the_pauses_anew() -> None:
    clock = Clock()
    guard = LogInGuard(clock)
    guard.note_refused()
    clock.now += 1000
    guard.note_accepted()

    guard.note_refused()

    assert guard.wait() == 60


def test_accepted_ones_between_do_not_lift_the_bound() -> None:
    clock = Clock()
    guard = LogInGuard(clock)
    for _ in range(3):
        guard.note_refused()
        guard.note_accepted()

    assert guard.wait() == WINDOW


@pytest.mark.parametrize("refused", [1, 2])
def test_an_accepted_one_ends_the_pause_where_the_bound_is_not_reached(refused: int) -> None:
    guard = LogInGuard(Clock())
    for _ in range(refused):
        guard.note_refused()

    guard.note_accepted()

    assert guard.wait() == 0


class LogIns(RuleBasedStateMachine):
    """Tries a log-in whenever one may be tried, and is refused as the example wants."""

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.guard = LogInGuard(self.clock)
        self.refused: list[float] = []
        self.in_a_row = 0

    @rule(seconds=st.integers(0, 1000))
    def go_on(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule()
    def wait(self) -> None:
        self.clock.now += self.guard.wait()
        assert self.guard.wait() == 0

    @precondition(lambda self: self.guard.wait() == 0)
    @rule()
    def be_refused(self) -> None:
        now = self.clock.now
        if self.in_a_row:
            pause = min(60 * 2 ** (self.in_a_row - 1), 900)
            assert now >= self.refused[-1] + pause
        self.guard.note_refused()
        self.refused.append(now)
        self.in_a_row += 1
        assert sum(at > now - WINDOW for at in self.refused) <= 3

    @precondition(lambda self: self.guard.wait() == 0)
    @rule()
    def be_accepted(self) -> None:
        self.guard.note_accepted()
        self.in_a_row = 0

    @rule()
    def look(self) -> None:
        """Nobody is made to wait for nothing, nor for longer than it takes."""
        now = self.clock.now
        is_full = sum(at > now - WINDOW for at in self.refused) >= 3
        is_paused = self.in_a_row and now < self.refused[-1] + min(
            60 * 2 ** (self.in_a_row - 1), 900
        )
        assert (self.guard.wait() > 0) is bool(is_full or is_paused)
        assert self.guard.wait() <= WINDOW


LogIns.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=40)
TestLogIns = LogIns.TestCase
