"""How far rows reach, by some of them: a guess, on which nothing depends but what it costs."""

from collections.abc import Sequence

_FEWEST = 10
"""So many values next to one another tell how dense the rows are there."""


def reach_of(values: Sequence[int], *, of: int, wanted: int) -> int | None:
    """Guess below which value the first ``wanted`` of so many rows lie.

    ``values`` are those of some of the rows, as they came: in the order, in the opposite one, which
    tells of the far end alone and therefore nothing, or in none. Then they are taken for a fair
    sample. None where they do not tell.
    """
    near, sent = sorted(values), [*values]
    if len(near) <= _FEWEST or near == sent[::-1]:
        return None
    place = wanted if near == sent else len(near) * wanted / of
    nearest = min(max(_FEWEST, round(place)), len(near) - 1)
    return near[0] + round((near[nearest] - near[0]) * place / nearest)
