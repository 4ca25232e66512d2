"""Entity tags, and what clients say of those they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.etags import is_known, weak_tag

tags = st.binary(max_size=8).map(weak_tag)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_what_differs_has_another_tag(one: bytes, other: bytes) -> None:
    assert (weak_tag(one) == weak_tag(other)) is (one == other)


@given(tags, st.lists(tags, max_size=4), st.data())
def test_a_tag_is_known_if_it_is_listed_weak_or_not(
    tag: str, others: list[str], data: st.DataObject
) -> None:
    strong = tag.removeprefix("W/")
    listed = data.draw(st.permutations([*others, data.draw(st.sampled_from([tag, strong]))]))

    assert is_known(tag, [" , ".join(listed)])
    assert is_known(tag, listed)
    assert is_known(tag, others) is (tag in others)


@pytest.mark.parametrize(
    ("values", "is_it"),
    [
        (["*"], True),
        ([" * "], True),
        (['"a"'], True),
        (['W/"b", "a"'], True),
        (['"b,", W/"a"'], True),
        ([], False),
        (["a"], False),
        (['"a'], False),
        (['w/"a"'], False),
        (['"a" "b"'], False),
        (['*, "a"'], False),
        (['"A"'], False),
    ],
)
def test_only_what_is_well_formed_is_believed(values: list[str], is_it: bool) -> None:
    assert is_known('W/"a"', values) is is_it


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_text_may_be_sent(values: list[str]) -> None:
    assert is_known('W/"0"', values) in (True, False)
