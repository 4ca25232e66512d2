"""Request targets that name a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.targets import is_for


@pytest.mark.parametrize(
    ("target", "host", "is_it"),
    [
        ("/v1/sessions?q=http://elsewhere.example/", "here.example", True),
        ("//elsewhere.example/v1", "here.example", True),
        ("*", "here.example", True),
        ("http://here.example/v1", "here.example", True),
        ("http://HERE.example:80/v1", "here.example", True),
        ("http://here.example:8080/v1", "here.example:8080", True),
        ("https://here.example/v1", "here.example:443", True),
        ("http://[::1]:8080/v1", "[::1]:8080", True),
        ("http://here.example:8080/v1", "here.example", False),
        ("http://elsewhere.example/v1", "here.example", False),
        ("http://here.example@elsewhere.example/v1", "here.example", False),
        ("http:///v1", "here.example", False),
        ("http://here.example/v1", "", False),
        ("v1/sessions", "here.example", False),
        ("http://here.example:many/v1", "here.example", False),
    ],
)
def test_a_target_is_for_the_host_it_was_sent_to(target: str, host: str, is_it: bool) -> None:
    assert is_for(target, host) is is_it


@given(st.text(), st.text())
def test_any_text_may_be_sent(target: str, host: str) -> None:
    assert is_for(target, host) in (True, False)
