"""The laws as pytest tests of one adapter.

A test module needs a handful of lines::

    class TestAcme(AdapterSuite):
        @pytest.fixture
        def harness(self) -> Harness:
            return Harness(adapter=AcmeAdapter, vendor=FakeAcme)
"""

import asyncio

import pytest

from gateway.conformance.examination import Verdict, check_excuses, judge
from gateway.conformance.harness import FakeVendor, Harness, HeldSession, WriteExample
from gateway.conformance.law import Check
from gateway.conformance.laws import CHECKS
from gateway.conformance.plugin import EXCUSE

__all__ = ["AdapterSuite", "FakeVendor", "Harness", "HeldSession", "WriteExample"]


class AdapterSuite:
    """Tests one adapter: a subclass, named ``Test...``, gives the harness."""

    @pytest.fixture
    def harness(self) -> Harness:
        """Give the adapter and its fake vendor."""
        raise NotImplementedError("an AdapterSuite needs a fixture named harness")

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_law(self, check: Check, harness: Harness, request: pytest.FixtureRequest) -> None:
        """Carry out one check of a law."""
        check_excuses(harness)
        finding = asyncio.run(judge(harness, check))
        if finding.verdict is Verdict.EXCUSED:
            request.node.user_properties.append((EXCUSE, f"{check}: {finding.reason}"))
        if finding.verdict is Verdict.BROKEN:
            pytest.fail(f"{check} is broken: {finding.reason}\n({check.promise})", pytrace=False)
