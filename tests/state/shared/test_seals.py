"""What is no value of ours is never opened, and never an error."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from gateway.state.shared import seals
from gateway.state.shared.seals import Seals

OURS = Seals([b"a key of sixteen"])
BODIES = st.one_of(
    st.binary(max_size=50), st.binary(min_size=5, max_size=20).map(lambda b: 900 * b)
)


@given(BODIES)
def test_what_was_sealed_is_opened_in_its_place(body: bytes) -> None:
    assert OURS.open("a", OURS.seal("a", body)) == body


@given(BODIES, st.data())
def test_what_was_altered_is_not_opened(body: bytes, data: st.DataObject) -> None:
    sealed = bytearray(OURS.seal("a", body))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))

    assert OURS.open("a", bytes(sealed)) is None


@given(BODIES, st.data())
def test_what_was_cut_is_not_opened(body: bytes, data: st.DataObject) -> None:
    sealed = OURS.seal("a", body)

    assert OURS.open("a", sealed[: data.draw(st.integers(0, len(sealed) - 1))]) is None


@given(st.binary(max_size=200))
def test_garbage_is_not_opened(garbage: bytes) -> None:
    assert OURS.open("a", garbage) is None


def test_what_was_sealed_for_another_place_or_with_another_key_is_not_opened() -> None:
    sealed = OURS.seal("a", b"body")

    assert OURS.open("b", sealed) is None
    assert Seals([b"another key of sixteen"]).open("a", sealed) is None


def test_every_key_opens_and_the_first_seals() -> None:
    both = Seals([b"a newer key of sixteen", b"a key of sixteen"])

    assert both.open("a", OURS.seal("a", b"body")) == b"body"
    assert OURS.open("a", both.seal("a", b"body")) is None


def test_what_is_larger_than_it_may_be_is_not_unpacked() -> None:
    unpacked = seals._inflated(zlib.compress(bytes(seals.LARGEST_BYTES + 1)))  # noqa: SLF001  # a key makes any bomb

    assert unpacked is None


def test_names_differ_by_every_part_and_by_the_key() -> None:
    names = {
        OURS.digest("a", "bc"),
        OURS.digest("ab", "c"),
        OURS.digest("abc"),
        Seals([b"another key of sixteen"]).digest("a", "bc"),
    }

    assert len(names) == 4
