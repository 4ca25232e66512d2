"""Rows that can be emitted come smallest first, in whatever order their lanes brought them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.paging.ready import Ready
from gateway.paging.rows import Row
from tests.paging.lanes import NAMES, row
from tests.support.examples import examples
from tests.support.fakes import FakeRow

pushes = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 30), st.booleans()), max_size=40)


def made(number: int, name: str, start: int) -> Row:
    return row(name, FakeRow(str(number), start))


@given(pushes)
@settings(max_examples=examples(300))
def test_whatever_comes_in_between_the_smallest_goes_first(
    told: list[tuple[str, int, bool]],
) -> None:
    ready, held = Ready(), list[Row]()

    for number, (name, start, is_one_taken) in enumerate(told):
        ready.push(made(number, name, start))
        held = sorted([*held, made(number, name, start)], key=lambda one: one.key)
        assert sorted(ready.keys) == [one.key for one in held]
        assert ready.first == held[0].key
        firsts = {one.placed.backend: one.key for one in reversed(held)}
        assert ready.heads == firsts
        if is_one_taken:
            assert ready.pop().key == held.pop(0).key

    assert [ready.pop().key for _ in held] == [one.key for one in held]
    assert not ready
