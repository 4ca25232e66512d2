"""The facts of every vendor are shown: each quirk by a test of its name that cites its source."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from adapters.simulators.server import VendorServer
from tests.support.gateway import SIMULATORS

every_vendor = pytest.mark.parametrize("simulator_class", SIMULATORS, ids=lambda each: each.adapter)

_OF_THE_WAYS = "test_every_way_"
_OF_UNKNOWNS = (".test_ways", ".test_unknowns")


def _tests(vendor: str) -> dict[str, Callable[..., object]]:
    """Find the tests of a vendor's quirks."""
    found: dict[str, Callable[..., object]] = {}
    for module in _modules(f"tests.quirks.{vendor}"):
        for name, test in vars(module).items():
            if name.startswith("test_") and getattr(test, "__module__", "") == module.__name__:
                assert name not in found, f"two tests are named {name}"
                found[name] = test
    return found


def _modules(package: str) -> Iterator[ModuleType]:
    folder = importlib.import_module(package)
    for each in pkgutil.iter_modules(folder.__path__):
        yield importlib.import_module(f"{package}.{each.name}")


@every_vendor
def test_every_quirk_has_a_test_of_its_name(simulator_class: type[VendorServer]) -> None:
    named = {f"test_{quirk.name}" for quirk in simulator_class.facts.quirks}
    tests = {
        name
        for name, test in _tests(simulator_class.adapter).items()
        if not test.__module__.endswith(_OF_UNKNOWNS)
    }

    assert named == tests


@every_vendor
def test_every_test_of_a_quirk_cites_its_source(simulator_class: type[VendorServer]) -> None:
    tests = _tests(simulator_class.adapter)

    silent = [
        quirk.name
        for quirk in simulator_class.facts.quirks
        if quirk.source not in " ".join((inspect.getdoc(tests[f"test_{quirk.name}"]) or "").split())
    ]

    assert silent == []


@every_vendor
def test_every_way_that_a_vendor_may_turn_out_is_tried(
    simulator_class: type[VendorServer],
) -> None:
    assert any(name.startswith(_OF_THE_WAYS) for name in _tests(simulator_class.adapter))
    ways = [way for unknown in simulator_class.facts.unknowns for way in unknown.ways]
    assert ways
    assert len(ways) == len({*ways}), "of two ways of one name only the last would be tried"


@every_vendor
def test_facts_are_sentences(simulator_class: type[VendorServer]) -> None:
    facts = simulator_class.facts
    told = [each for q in facts.quirks for each in (q.fact, q.handling)]
    told += [each.hedge for each in facts.unknowns]

    assert [each for each in told if each != each.strip() or not each.endswith(".")] == []
    assert [each.question for each in facts.unknowns if "?" not in each.question] == []
