"""The header Link tells where the page that follows is, in all the ways it may be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.toolkit.link_header import link_to
from gateway.spi import BadAnswer


@pytest.mark.parametrize(
    "header",
    [
        '</p?page=2>; rel="next"',
        "</p?page=2>;rel=next",
        '</p?page=2>; REL="Next"',
        '</p?page=2>; title="a, <b>; rel=\\"last\\""; rel="next"',
        '</p?page=2>; rel="prefetch next"',
        '</p?page=1>; rel="prev", </p?page=2>; rel="next"',
        '</p?page=1>; rel="prev" ,, </p?page=2> ; crossorigin ; rel = "next" ,',
        '</p?page=2>; rel="next", </p?page=3>; rel="next"',
        '</p?page=9>; rel="next"; anchor="#other", </p?page=2>; rel="next"',
        '</p?page=9>; rel="last"; rel="next", </p?page=2>; rel="next"',
        "</p?page=2>; rel*=UTF-8''x; rel=next",
        "< /p?page=2 >; rel=next",
    ],
)
def test_the_next_page_is_found(header: str) -> None:
    assert link_to("next", header) == "/p?page=2"


@pytest.mark.parametrize(
    "header", ["", " ", ",", '</p>; rel="last"', "</p>", '</p>; rel=""', '</p>; rel="nextish"']
)
def test_where_no_link_is_to_the_next_page_there_is_none(header: str) -> None:
    assert link_to("next", header) is None


@pytest.mark.parametrize(
    "header",
    ["nonsense", '</p; rel="next"', '</a>; t="b, </p>; rel=n'],
)
def test_what_cannot_be_read_is_a_bad_answer(header: str) -> None:
    with pytest.raises(BadAnswer):
        link_to("next", header)


@given(st.text(alphabet='<>;,="\\ relnxt/a', max_size=60))
def test_whatever_comes_is_read_or_refused(header: str) -> None:
    try:
        found = link_to("next", header)
    except BadAnswer:
        return

    assert found is None or found in header
