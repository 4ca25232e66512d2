"""The adapter of every vendor keeps every law, against its simulator."""

import pytest

from adapters.canopsis import CanopsisAdapter
from adapters.cortex import CortexAdapter
from adapters.digital_samba import DigitalSambaAdapter
from adapters.ekran import EkranAdapter
from adapters.roundware import RoundwareAdapter
from adapters.simulators.canopsis import CanopsisSimulator
from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from adapters.simulators.roundware import RoundwareSimulator
from gateway.conformance import Harness, WriteExample
from gateway.conformance.suite import AdapterSuite
from gateway.spi import Operation
from tests.conformance.harnesses import first_active
from tests.conformance.simulated import simulated
from tests.support.adapters import noon

ENDING = {Operation.END: WriteExample(target=first_active)}


class TestRoundware(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness(
            adapter=RoundwareAdapter,
            vendor=simulated(RoundwareSimulator),
            clock=noon,
            writes={Operation.CREATE: WriteExample({"space.id": "1", "language": "en"})},
        )


class TestDigitalSamba(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness(
            adapter=DigitalSambaAdapter,
            vendor=simulated(DigitalSambaSimulator),
            clock=noon,
            writes=ENDING,
        )


class TestEkran(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness(adapter=EkranAdapter, vendor=simulated(EkranSimulator), clock=noon)


class TestCanopsis(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness(
            adapter=CanopsisAdapter,
            vendor=simulated(CanopsisSimulator),
            clock=noon,
        )


class TestCortex(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness(
            adapter=CortexAdapter,
            vendor=simulated(CortexSimulator),
            clock=noon,
            writes={Operation.CREATE: WriteExample({}), **ENDING},
        )
