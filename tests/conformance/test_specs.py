"""The vendors that are described in YAML keep the laws that the adapters in Python are put to.

They talk to the same simulators, in every dialect and every way that a vendor may turn out. An
excuse says what a file cannot say, or what nobody can do about the vendor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from gateway.conformance.harness import Harness
from gateway.conformance.suite import AdapterSuite
from tests.conformance.described import usual, ways
from tests.conformance.test_vendors import EXCUSED as EXCUSED_ANYWAY
from tests.conformance.vendors import broken_by

_ONE_CALL = (
    "the statistics of a session do not tell its room's description, and a file makes one call"
    " for a session alone"
)

EXCUSED: Mapping[str, Mapping[str, str]] = {"digital_samba": {"L12.with_list": _ONE_CALL}}
"""What a file cannot say, by vendor: beside it stands what no adapter of the vendor can do."""


def _excused(named: Iterable[tuple[str, Harness]]) -> dict[str, Harness]:
    return {name: replace(harness, excused=_excuses(name)) for name, harness in named}


def _excuses(name: str) -> Mapping[str, str]:
    vendor = name.partition("-")[0]
    tables = (EXCUSED, EXCUSED_ANYWAY)
    return {
        check: reason
        for table in tables
        for key in (vendor, name)
        for check, reason in table.get(key, {}).items()
    }


USUAL, WAYS = _excused(usual()), _excused(ways())


class TestSpecs(AdapterSuite):
    @pytest.fixture(params=USUAL)
    def harness(self, request: pytest.FixtureRequest) -> Harness:
        return USUAL[request.param]


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_that_a_vendor_may_turn_out_keeps_the_laws(way: str) -> None:
    assert await broken_by(WAYS[way]) == {}
