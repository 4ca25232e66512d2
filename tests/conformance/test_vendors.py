"""The adapter of every vendor keeps every law, in every dialect and every way it may turn out.

An excuse here says what no adapter of this vendor can do about the vendor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from gateway.conformance import Harness, Law, Verdict, examine
from gateway.conformance.suite import AdapterSuite
from tests.conformance.vendors import VENDORS, Vendor, dialects_of, ways_of

EXCUSED: Mapping[str, Mapping[str, str]] = {}
"""What is excused, by vendor, or by vendor and the way it turns out to be, with the reason."""

# A vendor's ways differ in what it holds and answers, and not in how it is connected.
_OF_A_WAY = frozenset(Law) - {Law.FAILING, Law.LEAVING, Law.SECRECY}


def _named(vendor: Vendor, harness: Harness, way: str = "") -> tuple[str, Harness]:
    name = f"{vendor.simulator.adapter}{f'-{way}' if way else ''}"
    excused = {**EXCUSED.get(vendor.simulator.adapter, {}), **EXCUSED.get(name, {})}
    return name, replace(harness, excused=excused)


def _usual() -> Iterator[tuple[str, Harness]]:
    for vendor in VENDORS:
        dialects = dialects_of(vendor)
        if not dialects:
            yield _named(vendor, vendor.harness())
        for dialect, harness in dialects.items():
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
    findings = await examine(WAYS[way], _OF_A_WAY)

    broken = {f.check.name: f.reason for f in findings if f.verdict is Verdict.BROKEN}
    assert broken == {}
