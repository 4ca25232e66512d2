"""The made-up vendors of the examples keep every law: played by their files, and by hand."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

import pytest

from adapters.declarative.workbench import DeclarativeWorkbench
from gateway.conformance.suite import AdapterSuite, Harness, HeldSession, WriteExample
from gateway.spi import Operation
from tests.adapters.declarative.vendors.harbour import Harbour
from tests.adapters.declarative.vendors.quarry import Quarry
from tests.adapters.declarative.vendors.serving import noon

EXAMPLES = Path(__file__).parents[3] / "examples/vendors"
NAMES = sorted(file.stem for file in EXAMPLES.glob("*.yaml"))


def _workbench(name: str) -> DeclarativeWorkbench:
    return DeclarativeWorkbench(EXAMPLES / f"{name}.yaml")


def _first_active(held: Collection[HeldSession]) -> str:
    return next(each.native_id for each in held if each.status == "active")


class HarbourAtItsFile(Harbour):
    def options(self, address: str) -> dict[str, object]:
        return {"spec": "harbour.yaml", **super().options(address)}


class QuarryAtItsFile(Quarry):
    def options(self, address: str) -> dict[str, object]:
        return {"spec": "quarry.yaml", **super().options(address)}


BY_HAND = {
    "harbour": Harness(
        adapter=_workbench("harbour").adapter,
        vendor=HarbourAtItsFile,
        capped=partial(HarbourAtItsFile, largest=3),
        clock=noon,
    ),
    "quarry": Harness(
        adapter=_workbench("quarry").adapter,
        vendor=QuarryAtItsFile,
        capped=partial(QuarryAtItsFile, largest=3),
        clock=noon,
        writes={
            Operation.CREATE: WriteExample({"user.name": "Léa", "attributes.depth": 4}),
            Operation.END: WriteExample(target=_first_active),
        },
    ),
}


class TestGenerated(AdapterSuite):
    @pytest.fixture(params=NAMES)
    def harness(self, request: pytest.FixtureRequest) -> Harness:
        return _workbench(request.param).harness()


class TestByHand(AdapterSuite):
    @pytest.fixture(params=BY_HAND)
    def harness(self, request: pytest.FixtureRequest) -> Harness:
        return BY_HAND[request.param]
