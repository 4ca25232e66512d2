"""Sorting in turns gives what sorting gives."""

import asyncio
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.sorting import RUN, made_in_order
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
    expected = sorted(keys)

    assert asyncio.run(made_in_order(keys, lambda key: key, run=run)) == expected
    assert keys == []


async def test_others_take_their_turn_while_many_keys_are_sorted_and_let_go_of() -> None:
    keys, left, made = [_key(-number) for number in range(10 * RUN)], [10 * RUN], [0]

    def make(_: Key) -> None:
        made[-1] += 1

    async def take_turns() -> None:
        while True:
            left.append(len(keys))
            made.append(0)
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await made_in_order(keys, make)
    other.cancel()

    assert max(made) <= RUN
    assert max(before - after for before, after in pairwise(left)) <= RUN
