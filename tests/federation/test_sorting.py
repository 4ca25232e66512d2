"""Sorting in turns gives what sorting gives."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.sorting import RUN, sorted_in_turns
from gateway.paging.order import Key
from tests.support.examples import examples

keys = st.lists(st.integers(0, 30), unique=True).map(
    lambda numbers: [_key(number) for number in numbers]
)


def _key(number: int) -> Key:
    return ((0, number // 4), "a", str(number))


@given(keys, st.integers(1, 9))
@settings(max_examples=examples(300))
def test_sorting_in_turns_is_sorting(keys: list[Key], run: int) -> None:
    assert asyncio.run(sorted_in_turns(keys, run=run)) == sorted(keys)


async def test_others_take_their_turn_while_many_keys_are_sorted() -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await sorted_in_turns([_key(-number) for number in range(10 * RUN)])
    other.cancel()

    assert turns >= 20, "one for each run, and one for as many merged"
