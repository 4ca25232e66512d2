"""A cursor is opened only as it was sealed, and nothing else ever happens."""

import base64
import hmac
import json
import random
import string
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.query import Field, Sort
from gateway.model.session import Named, Session
from gateway.paging.cursor import (
    FROM_THE_START,
    CursorError,
    CursorMismatchError,
    CursorSealer,
    Position,
)
from gateway.paging.order import Key, key_of
from gateway.spi import Address, AfterId, First, Offset, PageIndex, Token
from tests.support.examples import examples

T = TypeVar("T")

KEY = b"the key of these tests"
OLD_KEY = b"the key before that one"
SEALER = CursorSealer([KEY])
WALK = "fingerprint of a walk"

POSITION = Position(
    ((0, -1_700_000_000_000_000), "museum", "4711"),
    given={"museum": 40, "office": 10},
    totals={"museum": 812},
    ended=frozenset({"office"}),
)
TOKEN = SEALER.seal(POSITION, WALK)

names = st.text(min_size=1, max_size=8)
counts = st.dictionaries(names, st.integers(0, 2**40), max_size=4)
boundaries: st.SearchStrategy[Key] = st.tuples(
    st.one_of(st.just((1, 0)), st.tuples(st.just(0), st.integers(-(2**62), 2**62))),
    names,
    st.text(max_size=40),
)
addresses: st.SearchStrategy[Address] = st.one_of(
    st.just(First()),
    st.builds(Offset, st.integers(0, 2**31)),
    st.builds(PageIndex, *[st.integers(0, 2**31)] * 3),
    st.builds(Token, st.text(max_size=60)),
    st.builds(AfterId, names, st.integers(0, 2**31)),
)
positions = st.builds(
    Position,
    boundaries,
    counts,
    counts,
    st.frozensets(names, max_size=4),
    st.none() | boundaries,
    st.dictionaries(names, boundaries.map(lambda key: key[:1]), max_size=4),
    st.dictionaries(names, st.lists(addresses, max_size=3).map(tuple), max_size=4),
)


def sealed(payload: bytes, *, version: bytes = b"\x02") -> str:
    """Seal any bytes with the right key, as another version of the gateway might have."""
    body = version + payload
    seal = hmac.digest(sha256(KEY).digest(), body, "sha256")
    return base64.urlsafe_b64encode(seal + body).decode().rstrip("=")


def packed(document: object) -> bytes:
    return zlib.compress(json.dumps(document).encode())


@given(positions, names)
def test_a_position_is_read_back(position: Position, fingerprint: str) -> None:
    assert SEALER.open(SEALER.seal(position, fingerprint), fingerprint) == position


@given(positions)
def test_a_position_is_one_cursor_whichever_backend_was_the_quicker(position: Position) -> None:
    other = Position(
        position.boundary,
        _turned(position.given),
        _turned(position.totals),
        position.ended,
        position.until,
        _turned(position.peeks),
        _turned(position.places),
    )

    assert SEALER.seal(other, WALK) == SEALER.seal(position, WALK)


def _turned(named: Mapping[str, T]) -> dict[str, T]:
    return {name: named[name] for name in reversed(list(named))}


def test_a_cursor_needs_no_escape_in_a_url() -> None:
    assert TOKEN.replace("-", "").replace("_", "").isalnum()
    assert TOKEN.isascii()


def test_any_changed_character_spoils_it() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=~ é"

    for place, own in enumerate(TOKEN):
        for character in alphabet.replace(own, ""):
            with pytest.raises(CursorError):
                SEALER.open(TOKEN[:place] + character + TOKEN[place + 1 :], WALK)


def test_any_flipped_bit_spoils_it() -> None:
    sealed = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))

    for bit in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CursorError):
            SEALER.open(base64.urlsafe_b64encode(flipped).decode().rstrip("="), WALK)


def test_a_part_of_it_is_no_cursor() -> None:
    for length in range(len(TOKEN)):
        for part in (TOKEN[:length], TOKEN[len(TOKEN) - length :]):
            with pytest.raises(CursorError):
                SEALER.open(part, WALK)


@pytest.mark.parametrize("more", ["=", "==", "A", "AA", "AAAA", "\n", " ", TOKEN])
def test_more_than_it_is_no_cursor(more: str) -> None:
    for longer in (TOKEN + more, more + TOKEN):
        with pytest.raises(CursorError):
            SEALER.open(longer, WALK)


@given(st.text())
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(CursorError):
        SEALER.open(text, WALK)


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(CursorError):
        SEALER.open(CursorSealer([OLD_KEY]).seal(POSITION, WALK), WALK)


def test_an_old_key_still_opens_and_the_first_one_seals() -> None:
    rotated = CursorSealer([KEY, OLD_KEY])

    assert rotated.open(CursorSealer([OLD_KEY]).seal(POSITION, WALK), WALK) == POSITION
    assert SEALER.open(rotated.seal(POSITION, WALK), WALK) == POSITION


def test_without_keys_a_cursor_lasts_as_long_as_its_sealer() -> None:
    sealer = CursorSealer()
    token = sealer.seal(POSITION, WALK)

    assert sealer.open(token, WALK) == POSITION
    with pytest.raises(CursorError):
        CursorSealer().open(token, WALK)


@pytest.mark.parametrize("fingerprint", ["", "another walk", "eine andere Straße"])
def test_a_cursor_of_another_walk_is_told_apart(fingerprint: str) -> None:
    with pytest.raises(CursorMismatchError):
        SEALER.open(TOKEN, fingerprint)


OLD_SHAPES = [
    pytest.param(sealed(b""), id="nothing"),
    pytest.param(sealed(b"not compressed"), id="not compressed"),
    pytest.param(sealed(packed([])), id="an empty list"),
    pytest.param(sealed(packed({"fingerprint": WALK})), id="an object"),
    pytest.param(sealed(packed([WALK, [[0, 1]], "museum"])), id="fewer fields"),
    pytest.param(sealed(packed([WALK, ["x"], "museum", "1", {}, {}, []])), id="other fields"),
    pytest.param(sealed(packed([WALK, [[0, 2.5]], "a", "1", {}, {}, []])), id="other numbers"),
    pytest.param(sealed(packed([WALK, [], "a", "1", {}, {}, []])), id="no place"),
    pytest.param(sealed(packed([WALK, [], None, {}, {}, [], {}, {"a": [[9]]}])), id="no address"),
    pytest.param(sealed(packed([WALK, [], None, {}, {}, [], {}, {"a": [[]]}])), id="no kind"),
    pytest.param(sealed(packed(["x" * 20_000])), id="too much"),
    pytest.param(sealed(packed("x")[:-6]), id="cut before it was sealed"),
    pytest.param(sealed(zlib.compress(b"\xff\xfe")), id="not text"),
    pytest.param(sealed(packed([]), version=b"\x01"), id="another version"),
    pytest.param(sealed(b"", version=b""), id="no version"),
]


@pytest.mark.parametrize("token", OLD_SHAPES)
def test_what_was_sealed_in_another_shape_is_refused(token: str) -> None:
    with pytest.raises(CursorError):
        SEALER.open(token, WALK)


@given(st.binary(max_size=60))
@settings(max_examples=examples(300))
def test_whatever_was_sealed_nothing_but_a_refusal_comes_of_it(payload: bytes) -> None:
    for content in (payload, zlib.compress(payload)):
        with pytest.raises((CursorError, CursorMismatchError)):
            SEALER.open(sealed(content), WALK)


def long_position(*, backends: int, name_length: int, id_length: int) -> Position:
    """Make a position of many backends, with names that cannot be compressed."""
    letters = random.Random(7)
    names = ["".join(letters.choices("0123456789abcdef", k=name_length)) for _ in range(backends)]
    counts = {name: letters.randrange(10**6) for name in names}
    native_id = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(id_length))
    return Position(((0, -1), "museum", native_id), counts, counts, frozenset(names))


@pytest.mark.parametrize(
    "position",
    [
        long_position(backends=300, name_length=60, id_length=10),
        long_position(backends=1, name_length=60, id_length=340),
    ],
    ids=["many names", "a long id"],
)
def test_a_cursor_that_would_be_too_long_keeps_the_place_alone(position: Position) -> None:
    token = SEALER.seal(position, WALK)

    assert len(token) <= 4096
    assert SEALER.open(token, WALK).boundary == position.boundary


@pytest.mark.parametrize(
    "position",
    [
        long_position(backends=50, name_length=12, id_length=40),
        Position(((0, -1), "a", "1"), {"a" * n: n for n in range(300)}),
    ],
    ids=["fifty backends", "much that compresses well"],
)
def test_a_cursor_that_fits_keeps_all_its_hints(position: Position) -> None:
    assert SEALER.open(SEALER.seal(position, WALK), WALK) == position


def test_the_longest_places_there_can_be_are_opened_again() -> None:
    chance = random.Random(7)
    words = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(300))
    order = (Sort(Field.TITLE, is_descending=True), Sort(Field.USER, is_descending=True))
    session = Session(
        id="b:1",
        backend="b" * 63,
        vendor="v",
        native_id="".join(chance.choices(string.ascii_letters, k=1000)),
        title=words,
        user=Named(name=words[::-1]),
    )
    place = key_of(session, order)
    position = Position(place, until=place)

    token = SEALER.seal(position, WALK)

    assert SEALER.open(token, WALK) == position
    assert len(token) < 7000


def test_a_text_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(CursorError, match="too long"):
        SEALER.open("A" * 7001, WALK)


def test_the_start_is_before_every_key() -> None:
    assert FROM_THE_START.boundary < POSITION.boundary
