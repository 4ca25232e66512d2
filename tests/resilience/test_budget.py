"""The retry budget: bounded by calls and time, and there again after a while."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gateway.resilience.budget import RetryBudget
from tests.support.clock import Clock
from tests.support.examples import examples


def spent(budget: RetryBudget, at_most: int = 1000) -> int:
    return next((index for index in range(at_most) if not budget.spend()), at_most)


def test_the_reserve_is_there_from_the_beginning() -> None:
    assert spent(RetryBudget(Clock())) == 2


def test_ten_calls_earn_a_retry() -> None:
    budget = RetryBudget(Clock())
    spent(budget)

    earned = []
    for _ in range(20):
        budget.note_call()
        earned.append(budget.spend())

    assert earned == ([False] * 9 + [True]) * 2


def test_a_second_earns_a_retry_and_an_hour_no_more_than_the_reserve() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    spent(budget)

    after = []
    for seconds in (1, 3600):
        clock.now += seconds
        after.append(spent(budget))

    assert after == [1, 2]


def test_what_calls_have_earned_is_lost_after_the_window() -> None:
    clock = Clock()
    budgets = [RetryBudget(clock, per_second=0) for _ in range(2)]
    for budget in budgets:
        for _ in range(100):
            budget.note_call()

    clock.now += 9
    early = spent(budgets[0])
    clock.now += 1
    late = spent(budgets[1])

    assert (early, late) == (12, 2)


def test_an_outage_is_asked_at_most_a_tenth_more_often_and_once_a_second() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    retries = 0

    for _ in range(60 * 50):
        clock.now += 1 / 50
        budget.note_call()
        retries += spent(budget, at_most=2)

    assert 300 + 60 <= retries <= 300 + 60 + 2


def test_an_outage_after_good_times_finds_no_more_than_one_before_them() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    for _ in range(20 * 50):
        clock.now += 1 / 50
        budget.note_call()

    retries = 0
    for _ in range(9 * 50):
        clock.now += 1 / 50
        budget.note_call()
        retries += spent(budget, at_most=2)

    assert retries <= 0.1 * 10 * 50 + 10 + 2


class Budgets(RuleBasedStateMachine):
    """Tries the promise on every stretch of time, and a model in fractions on every retry."""

    @initialize(
        eighths=st.integers(0, 8), per_second=st.sampled_from([0, 1, 4]), reserve=st.integers(0, 3)
    )
    def begin(self, eighths: int, per_second: int, reserve: int) -> None:
        self.clock = Clock()
        self.share = Fraction(eighths, 8)
        self.per_second, self.reserve = per_second, reserve
        self.budget = RetryBudget(self.clock, eighths / 8, 10.0, per_second, reserve)
        self.left = Fraction(reserve)
        self.calls: list[Fraction] = []
        self.retries: list[Fraction] = []

    @property
    def now(self) -> Fraction:
        return Fraction(self.clock.now)

    # Steps of an eighth of a second are floats without a rest.
    @rule(eighths=st.one_of(st.integers(0, 16), st.integers(0, 200)))
    def go_on(self, eighths: int) -> None:
        self.clock.now += eighths / 8
        earned = self.left + Fraction(eighths, 8) * self.per_second
        self.left = min(earned, self.reserve + self.share * self.recent(self.calls))

    @rule(count=st.integers(1, 20))
    def call(self, count: int) -> None:
        for _ in range(count):
            self.budget.note_call()
        self.calls += [self.now] * count
        self.left += self.share * count

    @rule(count=st.integers(1, 5))
    def retry(self, count: int) -> None:
        for _ in range(count):
            is_there = self.budget.spend()
            assert is_there is (min(self.left, self.left_in_window()) >= 1)
            if is_there:
                self.left -= 1
                self.retries.append(self.now)

    def left_in_window(self) -> Fraction:
        earned = self.share * self.recent(self.calls) + 10 * self.per_second
        return earned + self.reserve - self.recent(self.retries)

    def recent(self, instants: list[Fraction]) -> int:
        return sum(int(at) > int(self.now) - 10 for at in instants)

    @rule()
    def look_back(self) -> None:
        """No stretch up to now holds more than it earned, and was left over from before."""
        begins = {Fraction(), *self.retries}
        for begin in begins:
            retries = sum(at >= begin for at in self.retries)
            calls = sum(at > begin - 10 for at in self.calls)
            earned = self.share * calls + self.per_second * (self.now - begin)
            assert retries <= earned + self.reserve

    def teardown(self) -> None:
        if hasattr(self, "budget"):
            self.look_back()


Budgets.TestCase.settings = settings(max_examples=examples(50), stateful_step_count=40)
TestBudgets = Budgets.TestCase
