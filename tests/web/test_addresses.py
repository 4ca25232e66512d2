"""Where a call came from: forwarded headers are believed of trusted proxies, and no further."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.addresses import client_address, subject_of

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
PROXY, CLIENT, LIAR = "10.0.0.1", "192.0.2.7", "203.0.113.9"


def found(peer: str | None, *x_forwarded_for: str, forwarded: tuple[str, ...] = ()) -> str:
    return str(client_address(peer, x_forwarded_for, forwarded, TRUSTED))


CASES = [
    ("nobody forwarded", (CLIENT,), (), CLIENT),
    ("a stranger forwards", (CLIENT, LIAR), (f"for={LIAR}",), CLIENT),
    ("a proxy forwards", (PROXY, CLIENT), (), CLIENT),
    ("a proxy adds to a lie", (PROXY, f"{LIAR}, {CLIENT}"), (), CLIENT),
    ("on lines of its own", (PROXY, LIAR, CLIENT), (), CLIENT),
    ("two proxies", (PROXY, f"{LIAR}, {CLIENT}, 10.9.9.9"), (), CLIENT),
    ("proxies alone", (PROXY, "10.1.1.1, 10.9.9.9"), (), "10.1.1.1"),
    ("with a port", (PROXY, f"{CLIENT}:4711"), (), CLIENT),
    ("of six", ("fd00::1", "[2001:db8::7]:4711"), (), "2001:db8::7"),
    ("of six, bare", (PROXY, "2001:db8::7"), (), "2001:db8::7"),
    ("four in six", ("::ffff:10.0.0.1", f"::ffff:{CLIENT}"), (), CLIENT),
    ("no address", (PROXY, f"{CLIENT}, unknown"), (), PROXY),
    ("no address behind one", (PROXY, "unknown, 10.2.2.2"), (), "10.2.2.2"),
    ("nothing", (PROXY, ""), (), PROXY),
    ("the standard header", (PROXY,), (f"for={CLIENT};proto=https;by={PROXY}",), CLIENT),
    ("whatever the letter case", (PROXY,), (f"By=x; FOR = {CLIENT}",), CLIENT),
    ("the last element", (PROXY,), (f"for={LIAR}, for={CLIENT}",), CLIENT),
    ("quoted", (PROXY,), ('for="[2001:db8::7]:4711"',), "2001:db8::7"),
    ("a lie within quotes", (PROXY,), (f'for={CLIENT};by="x, for={LIAR}"',), CLIENT),
    ("a quote that does not end", (PROXY,), (f'for="{LIAR}, for={CLIENT}',), PROXY),
    ("obfuscated", (PROXY,), ("for=_hidden",), PROXY),
    ("without a for", (PROXY,), (f"by={CLIENT}",), PROXY),
    ("both alike", (PROXY, CLIENT), (f"for={CLIENT}",), CLIENT),
    ("both, and one is passed on from the client", (PROXY, CLIENT), (f"for={LIAR}",), PROXY),
]


@pytest.mark.parametrize(
    ("lines", "forwarded", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_the_last_address_that_is_no_proxys_is_believed(
    lines: tuple[str, ...], forwarded: tuple[str, ...], expected: str
) -> None:
    peer, *x_forwarded_for = lines

    assert found(peer, *x_forwarded_for, forwarded=forwarded) == expected


def test_a_peer_without_an_address_is_nobody_and_trusted_with_nothing() -> None:
    assert found(None, CLIENT) == "None"


anything = st.text(max_size=30) | st.sampled_from(['"', "for=", ",", ";", "\\", LIAR, PROXY])
lines = st.lists(st.lists(anything, max_size=5).map("".join), max_size=3).map(tuple)


@given(lines, lines)
def test_no_stranger_is_believed_whatever_they_send(
    x_forwarded_for: tuple[str, ...], forwarded: tuple[str, ...]
) -> None:
    assert found(CLIENT, *x_forwarded_for, forwarded=forwarded) == CLIENT


@given(lines)
def test_what_a_client_sent_itself_counts_for_nothing(sent: tuple[str, ...]) -> None:
    assert found(PROXY, *sent, CLIENT) == CLIENT
    assert found(PROXY, forwarded=(*sent, f"for={CLIENT}")) == CLIENT


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_the_addresses_of_one_customer_are_counted_together(
    one: str, other: str, *, is_same: bool
) -> None:
    subjects = [subject_of(ip_address(each)) for each in (one, other)]

    assert (subjects[0] == subjects[1]) is is_same
