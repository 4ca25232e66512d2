"""What clients send is read in time that grows with its length alone, whatever it is.

A pattern that tries every way to fit would outlive the time that a test has.
"""

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from gateway.web import values
from gateway.web.addresses import client_address
from gateway.web.csv_rows import harmless
from gateway.web.directives import forbids_storing, freshness, wait_seconds
from gateway.web.etags import is_known
from gateway.web.negotiation import is_gzip_wanted, media_type
from gateway.web.targets import is_for
from gateway.web.tracing import request_id, traced

LENGTH = 64 * 1024
ANYWHERE = [ip_network("0.0.0.0/0")]


def tried(read: Callable[[str], object]) -> Callable[[str], object]:
    """Read a value that may be refused."""

    def read_or_refuse(text: str) -> object:
        try:
            return read(text)
        except ValueError:
            return None

    return read_or_refuse


READERS: dict[str, Callable[[str], object]] = {
    "an instant": tried(values.instant),
    "a duration": tried(values.duration),
    "a limit": tried(values.limit),
    "an order": tried(values.order),
    "Cache-Control": lambda text: freshness([text], 60),
    "no-store": lambda text: forbids_storing([text]),
    "Prefer": lambda text: wait_seconds([text]),
    "If-None-Match": lambda text: is_known('W/"a"', [text]),
    "Accept": lambda text: media_type(text, ("application/json",)),
    "Accept-Encoding": is_gzip_wanted,
    "X-Forwarded-For": lambda text: client_address("10.0.0.1", [text], (), ANYWHERE),
    "Forwarded": lambda text: client_address("10.0.0.1", (), [f"for={text}"], ANYWHERE),
    "Host": lambda text: is_for("/", text),
    "a target": lambda text: is_for(text, "here"),
    "X-Request-Id": lambda text: request_id([text]),
    "traceparent": lambda text: traced([text]),
    "a cell": harmless,
}
SEEDS = (
    *("a", "0", '"', '\\"', '"a', '"\\', ",", ", ", "; ", "a=", '="', '",', '"",', "a,", "1.", "-"),
    *("P1D", "PT1H", "0" * 9 + ".", "W/", 'W/"a",', "[::", "for=", 'for="[', "\t", " ", "%", "é"),
)
ENDS = ("", "!", '"', "\\", "\n", "\0")


@pytest.mark.parametrize("name", READERS)
def test_what_is_made_to_be_slow_to_read_is_not(name: str) -> None:
    for seed in SEEDS:
        for end in ENDS:
            READERS[name]((seed * LENGTH)[:LENGTH] + end)
