"""The breaker beside a model, in any order of calls, verdicts and waits."""

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

some_rules = st.builds(
    BreakerRules,
    window_seconds=st.just(10.0),
    least_calls=st.integers(1, 5),
    bad_share=st.sampled_from([0.25, 0.5, 1.0]),
    connect_failures=st.integers(1, 4),
    probes=st.integers(1, 3),
)

verdicts = st.sampled_from(["good", "bad", "connect", "none"])


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
        assert self.breaker.wait() == pytest.approx(seconds * (0.8 + 0.4 * self.draw))

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

    @rule(verdict=verdicts)
    def call_as_soon_as_may_be(self, verdict: str) -> None:
        self.clock.now = max(self.until or 0.0, self.clock.now)
        permit = self.breaker.admit()

        assert (permit is not None) is self.is_free()
        if permit is not None:
            say(permit, verdict)
            self.expect(verdict)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), verdict=verdicts)
    def use(self, data: st.DataObject, verdict: str) -> None:
        used = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        say(used.permit, verdict)
        say(used.permit, data.draw(verdicts))

        if used.changes == self.changes:
            self.expect(verdict)

    def expect(self, verdict: str) -> None:
        if verdict == "none":
            return
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
