"""What several processes tell becomes one, and no counter goes back when one of them dies."""

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.figures.histogram import Histogram
from gateway.metrics.families import Family, counts, one, spread
from gateway.metrics.joining import Estate, joined

CALLS = "session_gateway_backend_calls_total"
ROWS = "session_gateway_backend_rows_total"
IN_FLIGHT = "session_gateway_calls_in_flight"
BACKENDS = ("museum", "office")
WORKERS = st.sampled_from((1, 2, 3))


def values(families: list[Family], name: str) -> Mapping[tuple[str, ...], float]:
    return {
        (sample.suffix, *sample.labels): sample.value
        for family in families
        if family.name == name
        for sample in family.samples
    }


def test_counters_and_buckets_are_added_up() -> None:
    quick, slow = Histogram((1.0, 2.0)), Histogram((1.0, 2.0))
    quick.note(0.5)
    slow.note(9.0)
    name = "session_gateway_upstream_request_seconds"

    told = joined(
        [
            [counts(ROWS, {("museum",): 3}), spread(name, {("museum",): quick})],
            [counts(ROWS, {("museum",): 4, ("office",): 1}), spread(name, {("museum",): slow})],
        ]
    )

    assert values(told, ROWS) == {("", "museum"): 7, ("", "office"): 1}
    assert values(told, name) == {
        ("_bucket", "museum", "1.0"): 1,
        ("_bucket", "museum", "2.0"): 1,
        ("_bucket", "museum", "+Inf"): 2,
        ("_count", "museum"): 2,
        ("_sum", "museum"): 9.5,
    }


def test_of_some_the_largest_counts_and_others_stay_apart() -> None:
    told = joined(
        [
            [one("session_gateway_config_last_reload_failed", 0), one("process_open_fds", 7, "1")],
            [one("session_gateway_config_last_reload_failed", 1), one("process_open_fds", 9, "2")],
        ]
    )

    assert values(told, "session_gateway_config_last_reload_failed") == {("",): 1}
    assert values(told, "process_open_fds") == {("", "1"): 7, ("", "2"): 9}


def test_what_is_under_way_dies_with_its_process() -> None:
    estate = Estate()
    estate.note(1, [one(IN_FLIGHT, 3)])
    estate.note(2, [one(IN_FLIGHT, 2)])

    estate.bury(1)

    assert values(estate.whole(), IN_FLIGHT) == {("",): 2}


def test_nothing_is_left_of_a_backend_that_no_process_has() -> None:
    estate = Estate()
    estate.note(1, [counts(ROWS, {("museum",): 3, ("office",): 3})])
    estate.bury(1)

    estate.note(1, [counts(ROWS, {("office",): 1})])

    assert values(estate.whole(), ROWS) == {("", "office"): 4}


class Crew(RuleBasedStateMachine):
    """Workers that count, tell, die and are started again, and somebody who looks."""

    def __init__(self) -> None:
        super().__init__()
        self.estate = Estate()
        self.counted = {worker: dict.fromkeys(BACKENDS, 0) for worker in (1, 2, 3)}
        self.seen = dict.fromkeys(BACKENDS, 0.0)
        self.has_told: set[int] = set()

    @rule(worker=WORKERS, backend=st.sampled_from(BACKENDS), more=st.integers(1, 9))
    def count(self, worker: int, backend: str, more: int) -> None:
        self.counted[worker][backend] += more

    @rule(worker=WORKERS)
    def tell(self, worker: int) -> None:
        told: dict[tuple[str, ...], float]
        told = {(name, "ok"): float(count) for name, count in self.counted[worker].items()}
        self.estate.note(worker, [counts(CALLS, told)])
        self.has_told.add(worker)

    @rule(worker=WORKERS)
    def die(self, worker: int) -> None:
        self.estate.bury(worker)
        self.counted[worker] = dict.fromkeys(BACKENDS, 0)
        self.has_told.discard(worker)

    @precondition(lambda self: self.has_told)
    @invariant()
    def no_counter_goes_back(self) -> None:
        told = values(self.estate.whole(), CALLS)
        for backend, before in self.seen.items():
            now = told[("", backend, "ok")]
            assert now >= before
            self.seen[backend] = now


TestCrew = Crew.TestCase
