"""The faithful adapters of made-up vendors keep every law, which shows that they can be kept."""

import pytest

from gateway.conformance.harness import Harness
from gateway.conformance.suite import AdapterSuite
from tests.conformance.harnesses import DEPOT, LEDGER


class TestDepot(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return DEPOT


class TestLedger(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return LEDGER
