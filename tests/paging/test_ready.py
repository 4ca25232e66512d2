"""Rows that can be emitted come smallest first, in whatever order their lanes brought them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.paging.ready import Ready
from gateway.paging.rows import Row
from tests.paging.lanes import NAMES, place, row
from tests.support.examples import examples
from tests.support.fakes import FakeRow

starts = st.integers(0, 30)
pushes = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.lists(starts, max_size=6),
        st.none() | st.tuples(st.integers(0, 8), st.none() | starts),
    ),
    max_size=20,
)


def made(name: str, starts: list[int], first: int) -> list[Row]:
    numbered = enumerate(starts, start=first)
    return sorted((row(name, FakeRow(str(number), at)) for number, at in numbered), key=place)


@given(pushes)
@settings(max_examples=examples(300))
def test_whatever_comes_in_between_the_smallest_go_first(
    told: list[tuple[str, list[int], tuple[int, int | None] | None]],
) -> None:
    ready, held = Ready(), list[Row]()

    for number, (name, brought, wanted) in enumerate(told):
        come = made(name, brought, first=10 * number)
        ready.push(name, list(come))
        held = sorted([*held, *come], key=place)
        assert sorted(ready.keys) == [one.key for one in held]
        assert ready.heads == {one.placed.backend: one.key for one in reversed(held)}
        if wanted is None:
            continue
        most, start = wanted
        floor = None if start is None else row("", FakeRow("", start)).key
        allowed = [one for one in held if floor is None or one.key <= floor][:most]
        taken = ready.take(most, up_to=floor)
        assert taken == allowed[: len(taken)]
        assert bool(taken) == bool(allowed)
        held = held[len(taken) :]

    while held:
        taken = ready.take(len(held))
        assert taken == held[: len(taken)] != []
        held = held[len(taken) :]
    assert not ready
