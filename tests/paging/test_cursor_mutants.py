"""The promises of cursors can fail: each way of breaking them is caught by a property.

The property is that a cursor fits, that it means what was sealed, and that each hint beside that is
as it was or is left out.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from gateway.paging import cursor as cursor_module
from gateway.paging.cursor import CursorSealer, Position
from gateway.spi import Token
from tests.paging.test_cursor import positions

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)
_LONGEST = 4096
_SEALER = CursorSealer([b"the key of these tests"])

real_position = cursor_module._position  # noqa: SLF001  # a rule that is broken below
real_sealed = CursorSealer._sealed  # noqa: SLF001  # a rule that is broken below


def _token(seed: int) -> Token:
    """Make a vendor's token that cannot be compressed."""
    return Token("".join(Random(seed).choices("0123456789abcdef", k=500)))


@st.composite
def laden(draw: st.DrawFn) -> Position:
    """Draw a position with so many backends' tokens that they may be too long together."""
    names = [f"backend {number}" for number in range(draw(st.integers(0, 20)))]
    places = {name: (_token(number),) for number, name in enumerate(names)}
    return replace(draw(positions), places=places)


cases = positions | laden()


def holds(position: Position) -> bool:
    """Say whether what is opened is what was sealed, but for hints that had no room."""
    token = _SEALER.seal(position, "walk")
    if len(token) > _LONGEST:
        return False
    opened = _SEALER.open(token, "walk")
    return (
        (opened.boundary, opened.until) == (position.boundary, position.until)
        and opened.given.items() <= position.given.items()
        and opened.totals.items() <= position.totals.items()
        and opened.ended <= position.ended
        and opened.peeks.items() <= position.peeks.items()
        and opened.places.items() <= position.places.items()
    )


@given(cases)
def test_a_cursor_fits_and_means_what_was_sealed(position: Position) -> None:
    assert holds(position)


def hints_are_anothers(payload: "cursor_module._Payload") -> Position:
    position = real_position(payload)
    names, places = list(position.places), list(position.places.values())
    return replace(position, places=dict(zip(names, [*places[1:], *places[:1]], strict=True)))


def peeks_are_anothers(payload: "cursor_module._Payload") -> Position:
    position = real_position(payload)
    names, peeks = list(position.peeks), list(position.peeks.values())
    return replace(position, peeks=dict(zip(names, [*peeks[1:], *peeks[:1]], strict=True)))


def the_end_is_no_part_of_it(sealer: CursorSealer, position: Position, fingerprint: str) -> str:
    return real_sealed(sealer, replace(position, until=None), fingerprint)


def a_backend_that_has_more_has_ended(payload: "cursor_module._Payload") -> Position:
    position = real_position(payload)
    return replace(position, ended=position.ended | position.peeks.keys())


MUTANTS: list[tuple[object, str, Callable[..., object] | int]] = [
    (cursor_module, "_position", hints_are_anothers),
    (cursor_module, "_position", peeks_are_anothers),
    (cursor_module, "_position", a_backend_that_has_more_has_ended),
    (CursorSealer, "_sealed", the_end_is_no_part_of_it),
    (cursor_module, "_LONGEST_WITH_HINTS", 100_000),
]


@pytest.mark.parametrize(
    ("owner", "name", "rule"),
    MUTANTS,
    ids=[getattr(rule, "__name__", name) for _, name, rule in MUTANTS],
)
def test_a_broken_cursor_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, rule)
        position = find(cases, lambda drawn: not holds(drawn), settings=_TRIES, random=Random(1))

    assert holds(position), "it is the mutant that fails here, not the cursor"


def test_cursors_themselves_are_not_caught() -> None:
    tries = settings(_TRIES, max_examples=100)

    with pytest.raises(NoSuchExample):
        find(cases, lambda drawn: not holds(drawn), settings=tries, random=Random(1))
