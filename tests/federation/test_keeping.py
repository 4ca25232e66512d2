"""What was kept tells nothing that a vendor would not have told within its time to live."""

from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gateway.federation.ranges import MAX_KEPT_BYTES
from gateway.model.query import NEWEST_FIRST, Condition, Field, Order, Sort
from gateway.spi import PagingStyle, Support
from tests.federation.keeping import Keeping
from tests.federation.test_walks import World, conditions, instants, worlds
from tests.support.examples import examples
from tests.support.fakes import FakeRow, Manners

native_ids = st.sampled_from(["0", "1", "2", "9", "a", "b"])
changed_rows = st.builds(
    FakeRow,
    native_ids,
    instants,
    st.sampled_from(["active", "ended"]),
    st.sampled_from([None, "u"]),
)
orders = st.sampled_from(
    [
        NEWEST_FIRST,
        NEWEST_FIRST,
        (Sort(Field.STARTED_AT, is_descending=False),),
        (Sort(Field.STARTED_AT, is_descending=True), Sort(Field.USER, is_descending=False)),
    ]
)
limits = st.integers(1, 6)
which = st.integers(0, 40)
waits = st.sampled_from([1, 29, 30, 59, 60])
# Where few bytes are enough for all ranges, for some, or for hardly any.
range_bytes = st.sampled_from([MAX_KEPT_BYTES, 20_000, 5_000])
ttls = st.lists(st.sampled_from([0, 30, 60]), min_size=4, max_size=4)

Step: TypeAlias = tuple[str, tuple[object, ...]]


def _step(name: str, *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*arguments))


steps = st.one_of(
    _step("begin", conditions, orders, limits),
    _step("go_on", which, limits),
    _step("insert", which, changed_rows),
    _step("delete", which, native_ids),
    _step("wait", waits),
)


@dataclass(frozen=True)
class Case:
    """Backends, how long and how much of them is kept, and what happens."""

    world: World
    ttls: list[int]
    range_bytes: int
    steps: list[Step]

    def faults(self) -> list[str]:
        """Say what is wrong with the first answer that is wrong."""
        keeping = Keeping(self.world, self.ttls, self.range_bytes)
        for name, arguments in self.steps:
            if faults := getattr(keeping, name)(*arguments):
                return list(faults)
        return []


cases = st.builds(Case, worlds, ttls, range_bytes, st.lists(steps, max_size=25))

few_ids = st.text("012", min_size=2, max_size=2)

# Few ordered backends with many ties, of which ranges are kept: there what is wrong shows soonest.
ordered = st.builds(
    Case,
    st.lists(
        st.tuples(
            st.lists(
                st.builds(FakeRow, few_ids, st.sampled_from([0, 1, 1000])),
                unique_by=lambda row: row.native_id,
                min_size=2,
                max_size=8,
            ),
            st.builds(
                Manners,
                granule=st.sampled_from([1, 1000]),
                page_cap=st.integers(2, 4),
                style=st.sampled_from([PagingStyle.OFFSET, PagingStyle.AFTER_ID]),
                support=st.sampled_from([Support.UNSUPPORTED, Support.EXACT]),
            ),
        ),
        min_size=1,
        max_size=2,
    ),
    st.just([60, 60]),
    st.just(MAX_KEPT_BYTES),
    st.lists(
        _step("begin", conditions, st.just(NEWEST_FIRST), limits)
        | _step("go_on", which, limits)
        | _step("delete", which, few_ids)
        | _step("wait", st.just(40)),
        min_size=3,
        max_size=10,
    ),
)


class WhatIsKept(RuleBasedStateMachine):
    """Queries, changes and time, in any order."""

    @initialize(world=worlds, ttls=ttls, range_bytes=range_bytes)
    def start(self, world: World, ttls: list[int], range_bytes: int) -> None:
        self.keeping = Keeping(world, ttls, range_bytes)

    @rule(wanted=conditions, order=orders, limit=limits)
    def a_query_begins(self, wanted: tuple[Condition, ...], order: Order, limit: int) -> None:
        assert self.keeping.begin(wanted, order, limit) == []

    @rule(which=which, limit=limits)
    def a_walk_goes_on(self, which: int, limit: int) -> None:
        assert self.keeping.go_on(which, limit) == []

    @rule(which=which, row=changed_rows)
    def a_row_comes_or_changes(self, which: int, row: FakeRow) -> None:
        self.keeping.insert(which, row)

    @rule(which=which, native_id=native_ids)
    def a_row_goes(self, which: int, native_id: str) -> None:
        self.keeping.delete(which, native_id)

    @rule(seconds=waits)
    def time_goes_on(self, seconds: int) -> None:
        self.keeping.wait(seconds)


TestWhatIsKept = WhatIsKept.TestCase
TestWhatIsKept.settings = settings(max_examples=examples(100), stateful_step_count=25)
