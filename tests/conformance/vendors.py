"""What the kit is told of every vendor: its adapter, its simulator, and examples of its writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.simulators import digital_samba, ekran
from adapters.simulators.canopsis import CanopsisSimulator
from adapters.simulators.canopsis.accounts import ACCOUNTS
from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from adapters.simulators.facts import Dialect
from adapters.simulators.roundware import RoundwareSimulator
from adapters.simulators.server import VendorServer
from gateway.conformance.examination import Verdict, examine
from gateway.conformance.harness import Harness, WriteExample
from gateway.conformance.law import Law
from gateway.spi import Operation
from gateway.spi.registry import load_adapter
from tests.conformance.harnesses import first_active
from tests.conformance.simulated import simulated
from tests.support.adapters import noon

_ENDED = WriteExample(target=first_active)


@dataclass(frozen=True)
class Vendor:
    """One vendor: ``options`` are what its writes need, ``variants`` what else may be set."""

    simulator: type[VendorServer]
    writes: Mapping[Operation, WriteExample] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    capped: Any = None

    def harness(self, manners: Any = None, **options: object) -> Harness:  # noqa: ANN401  # its own
        """Give the harness of this vendor, with these manners."""
        given = {**self.options, **options}
        capped = None if self.capped is None else simulated(self.simulator, self.capped, **given)
        return Harness(
            adapter=load_adapter(self.simulator.adapter),
            vendor=simulated(self.simulator, manners, **given),
            capped=capped,
            clock=noon,
            writes=self.writes,
        )


VENDORS = (
    Vendor(
        CanopsisSimulator,
        writes={
            Operation.CREATE: WriteExample(),
            Operation.KEEPALIVE: WriteExample({"visible": True, "path": "/view/a"}),
            Operation.HIDE: WriteExample({"path": "/view/a"}),
        },
        options={"username": ACCOUNTS[0].name},
    ),
    Vendor(CortexSimulator, writes={Operation.CREATE: WriteExample(), Operation.END: _ENDED}),
    Vendor(
        DigitalSambaSimulator,
        writes={Operation.END: _ENDED},
        capped=digital_samba.Manners(largest_page=3),
    ),
    Vendor(EkranSimulator, capped=ekran.Manners(largest_page=3)),
    Vendor(
        RoundwareSimulator,
        writes={Operation.CREATE: WriteExample({"space.id": "1", "language": "en"})},
        variants={"growing": {"full_list_every_s": 3600}},
    ),
)


OF_A_WAY = frozenset(Law) - {Law.FAILING, Law.LEAVING, Law.SECRECY}
"""A vendor's ways differ in what it holds and answers, and not in how it is connected."""


def ways_of(vendor: Vendor) -> Mapping[str, Harness]:
    """Give a harness for each way that a vendor may turn out to be."""
    facts = vendor.simulator.facts
    ways = {name: way for unknown in facts.unknowns for name, way in unknown.ways.items()}
    return {name: vendor.harness(way) for name, way in ways.items()}


def dialects_of(vendor: Vendor) -> Mapping[str, Harness]:
    """Give a harness for each dialect of a vendor, or the one there is, and for each variant."""
    dialects = vendor.simulator.facts.dialects or {"": Dialect(None)}
    variants = {"": {}, **vendor.variants}
    return {
        " ".join(filter(None, (name, variant))): vendor.harness(
            dialect.manners, **dialect.options, **options
        )
        for name, dialect in dialects.items()
        for variant, options in variants.items()
    }


async def broken_by(harness: Harness) -> Mapping[str, str]:
    """Say which laws a way does not keep, by the names of their checks, and why."""
    findings = await examine(harness, OF_A_WAY)
    return {f.check.name: f.reason for f in findings if f.verdict is Verdict.BROKEN}
