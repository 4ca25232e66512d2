"""Vendors as their files in YAML describe them, over the simulators that play them anyway."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.declarative.adapter import DeclarativeAdapter
from adapters.declarative.language.spec import Spec
from adapters.declarative.options import options_of
from adapters.simulators.facts import Dialect
from gateway.conformance.harness import FakeVendor, Harness, HeldSession, WriteExample
from gateway.spi import Operation
from tests.conformance.vendors import VENDORS, Vendor

EXAMPLES = Path(__file__).parents[2] / "examples" / "vendors"

_OF_CANOPSIS = "canopsis"  # has no file
_WRITES: Mapping[str, Mapping[Operation, WriteExample]] = {
    "roundware": {Operation.CREATE: WriteExample({"space.id": "1", "attributes.language_id": 1})}
}
"""Examples of writes that a file has otherwise than the adapter in Python."""


class AtItsFile:
    """A fake vendor that is reached by a file: with those of its options that the file has."""

    def __init__(self, vendor: FakeVendor, adapter: type[DeclarativeAdapter]) -> None:
        self._vendor = vendor
        self._known = adapter.options_model.model_fields.keys()

    async def start(self) -> str:
        """Listen."""
        return await self._vendor.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._vendor.stop()

    def options(self, address: str) -> Mapping[str, object]:
        """Leave out what is written in the file."""
        told = {**self._vendor.options(address), "spec": "vendor.yaml"}
        return {name: value for name, value in told.items() if name in self._known}

    def held(self) -> Collection[HeldSession]:
        """Tell every session."""
        return self._vendor.held()

    def insert(self) -> None:
        """Let somebody come."""
        self._vendor.insert()

    def delete(self, native_id: str) -> None:
        """Let somebody go."""
        self._vendor.delete(native_id)


def usual() -> Iterator[tuple[str, Harness]]:
    """Give each vendor that has a file, by its name, in each of its dialects."""
    for vendor in _with_files():
        dialects = vendor.simulator.facts.dialects or {"": Dialect(None)}
        for name, dialect in dialects.items():
            yield _named(vendor, name), _described(vendor, dialect.manners, **dialect.options)


def ways() -> Iterator[tuple[str, Harness]]:
    """Give each way that a vendor with a file may turn out to be."""
    for vendor in _with_files():
        for unknown in vendor.simulator.facts.unknowns:
            for name, manners in unknown.ways.items():
                yield _named(vendor, name.replace("_", " ")), _described(vendor, manners)


def adapter_of(vendor: str, manners: Any = None) -> type[DeclarativeAdapter]:  # noqa: ANN401  # its own
    """Read the file that speaks with a vendor of these manners."""
    if vendor == "cortex" and manners is not None and manners.dialect == "v2":
        return DeclarativeAdapter.of_file(EXAMPLES / "cortex_v2.yaml")
    adapter = DeclarativeAdapter.of_file(EXAMPLES / f"{vendor}.yaml")
    if _is_asked_in_the_query(manners):
        return _with_parameters_in_the_query(adapter)
    return adapter


def _with_files() -> list[Vendor]:
    return [vendor for vendor in VENDORS if vendor.simulator.adapter != _OF_CANOPSIS]


def _named(vendor: Vendor, way: str) -> str:
    return f"{vendor.simulator.adapter}{f'-{way}' if way else ''}"


def _described(vendor: Vendor, manners: Any, **options: object) -> Harness:  # noqa: ANN401  # its own
    """Put the file in the place of the adapter in Python."""
    name = vendor.simulator.adapter
    adapter = adapter_of(name, manners)
    if _is_asked_in_the_query(manners):
        vendor = replace(vendor, capped=replace(vendor.capped, parameters_in="query"))
    harness = vendor.harness(manners, **options)

    def at_its_file(make: Callable[[int], FakeVendor]) -> Callable[[int], FakeVendor]:
        return lambda rows: AtItsFile(make(rows), adapter)

    return replace(
        harness,
        adapter=adapter,
        vendor=at_its_file(harness.vendor),
        capped=None if harness.capped is None else at_its_file(harness.capped),
        writes=_WRITES.get(name, harness.writes),
    )


def _is_asked_in_the_query(manners: Any) -> bool:  # noqa: ANN401  # its own
    return getattr(manners, "parameters_in", "") == "query"


def _with_parameters_in_the_query(adapter: type[DeclarativeAdapter]) -> type[DeclarativeAdapter]:
    """Change a file as its comment says: a place is written in it, and is no option."""
    written = adapter.options_model.written.model_dump_json(by_alias=True, exclude_unset=True)
    changed = written.replace('"in":"body"', '"in":"query"')
    return DeclarativeAdapter.of(options_of(Spec.model_validate(json.loads(changed))))
