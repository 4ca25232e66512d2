"""The faithful adapters of the two made-up vendors, ready for the kit."""

from collections.abc import Collection

from gateway.conformance.harness import Harness, HeldSession, WriteExample
from gateway.spi import Operation
from tests.conformance.depot import FakeDepot
from tests.conformance.depot_adapter import DepotAdapter
from tests.conformance.ledger import FakeLedger, LedgerAdapter
from tests.support.adapters import noon


def first_active(held: Collection[HeldSession]) -> str:
    """Choose a session that goes on."""
    return next(each.native_id for each in held if each.status == "active")


DEPOT = Harness(
    adapter=DepotAdapter,
    vendor=FakeDepot,
    capped=lambda rows: FakeDepot(rows, largest_page=3),
    clock=noon,
    writes={
        Operation.CREATE: WriteExample({"user.name": "Léa"}),
        Operation.END: WriteExample(target=first_active),
    },
)

LEDGER = Harness(adapter=LedgerAdapter, vendor=FakeLedger, clock=noon)
