"""The adapter of every vendor keeps every law, in every dialect and every way it may turn out.

An excuse here says what no adapter of this vendor can do about the vendor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from gateway.conformance.harness import Harness
from gateway.conformance.suite import AdapterSuite
from tests.conformance.vendors import VENDORS, Vendor, broken_by, dialects_of, ways_of

_NOTHING_IS_SHOWN = "what another connection has made is not shown to the one that asks"
_NO_END = (
    "of a session that goes on the list tells an end, so far, and the statistics none under another"
    " name"
)
_NO_TOTAL = "the total is that of the page, which is none, so none is told"

_BREAKS = "a server that breaks at an id it does not have says nothing of what is wrong"
_OTHER_PROGRAM = "a log-in of versions 4.2 to 4.4 sets another cookie, so nothing can be written"

EXCUSED: Mapping[str, Mapping[str, str]] = {
    "canopsis-lists with the rewrite's fields": dict.fromkeys(
        ("L11.done", "L11.interrupted"), _OTHER_PROGRAM
    ),
    "cortex-connections see their own alone": dict.fromkeys(
        (
            *("L6.mutated", "L6.lossless", "L6.unknown_fields", "L6.unknown_status"),
            "L6.outlined_if_odd",
            *("L11.done", "L11.interrupted", "L13.gone"),
        ),
        _NOTHING_IS_SHOWN,
    ),
    "digital_samba-openapi": {"L12.with_list": _NO_END},
    "digital_samba-records are as in the openapi document": {"L12.with_list": _NO_END},
    "ekran-the total is of the page": {"L4.totals": _NO_TOTAL},
    "roundware-it breaks at an unknown id": {"L12.of_nobody": _BREAKS},
}
"""What is excused, by vendor, or by vendor and the way it turns out to be, with the reason."""


def _named(vendor: Vendor, harness: Harness, way: str = "") -> tuple[str, Harness]:
    name = f"{vendor.simulator.adapter}{f'-{way}' if way else ''}"
    excused = {**EXCUSED.get(vendor.simulator.adapter, {}), **EXCUSED.get(name, {})}
    return name, replace(harness, excused=excused)


def _usual() -> Iterator[tuple[str, Harness]]:
    for vendor in VENDORS:
        for dialect, harness in dialects_of(vendor).items():
            yield _named(vendor, harness, dialect)


def _ways() -> Iterator[tuple[str, Harness]]:
    for vendor in VENDORS:
        for way, harness in ways_of(vendor).items():
            yield _named(vendor, harness, way.replace("_", " "))


USUAL, WAYS = dict(_usual()), dict(_ways())


class TestVendors(AdapterSuite):
    @pytest.fixture(params=USUAL)
    def harness(self, request: pytest.FixtureRequest) -> Harness:
        return USUAL[request.param]


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_that_a_vendor_may_turn_out_keeps_the_laws(way: str) -> None:
    assert await broken_by(WAYS[way]) == {}
