"""The adapters, simulators and transforms that are installed, found by their registered names.

A distribution registers its own in the entry-point groups named here. Listing names loads
nothing; only what a configuration uses is imported.
"""

import inspect
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias

from gateway.model.session import Json
from gateway.spi.adapter import SessionAdapter
from gateway.spi.options import AdapterOptions
from gateway.spi.simulation import SimulatorFactory

ADAPTERS = "session_gateway.adapters"
SIMULATORS = "session_gateway.simulators"
TRANSFORMS = "session_gateway.transforms"

Transform: TypeAlias = Callable[[Json], Json]
"""Gives, for a JSON value of a vendor's record, another, from which a field is read.

Pure: it must not change what it is given. Whatever it raises, the value cannot be read.
"""


class NotUsableError(Exception):
    """A name is not registered, registered twice, or what it stands for cannot be used."""


def adapter_names() -> list[str]:
    """Give the names of all installed adapters, in order."""
    return _names(ADAPTERS)


def simulator_names() -> list[str]:
    """Give the names of all installed simulators, in order."""
    return _names(SIMULATORS)


def load_adapter(name: str) -> type[SessionAdapter[Any]]:
    """Import an adapter and check that it is one that this gateway can work with."""
    point = _only(ADAPTERS, "adapter", name)
    adapter = _load(point, "adapter")
    flaw = _flaw(adapter)
    if flaw is not None:
        raise NotUsableError(f"adapter {name} ({point.value}) {flaw}")
    return adapter  # type: ignore[no-any-return]  # _flaw has just checked what it is


def load_simulator(name: str) -> SimulatorFactory:
    """Import the simulator that an adapter of this name can speak with."""
    point = _only(SIMULATORS, "simulator", name)
    simulator = _load(point, "simulator")
    if not callable(simulator):
        raise NotUsableError(f"simulator {name} ({point.value}) cannot be called to make one")
    return simulator  # type: ignore[no-any-return]  # a protocol cannot be checked further


def load_transform(name: str) -> Transform:
    """Import the transform of this name, by which a vendor's file has a value read."""
    point = _only(TRANSFORMS, "transform", name)
    transform = _load(point, "transform")
    if not callable(transform):
        raise NotUsableError(f"transform {name} ({point.value}) cannot be called")
    return transform  # type: ignore[no-any-return]  # what it gives is seen when it is called


def _names(group: str) -> list[str]:
    return sorted({point.name for point in entry_points(group=group)})


def _only(group: str, kind: str, name: str) -> EntryPoint:
    """Find the one entry point of this name."""
    points = tuple(entry_points(group=group, name=name))
    match points:
        case ():
            known = ", ".join(_names(group)) or "none"
            raise NotUsableError(f"no {kind} {name} is installed; installed are: {known}")
        case (point,):
            return point
        case _:
            owners = " and ".join(sorted(_owner(point) for point in points))
            raise NotUsableError(f"{kind} {name} is in {owners}; uninstall all but one")


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed distribution"


def _load(point: EntryPoint, kind: str) -> Any:  # noqa: ANN401  # whatever the module holds
    try:
        return point.load()
    except Exception as error:  # whatever a stranger's module raises
        reason = type(error).__name__
        raise NotUsableError(
            f"{kind} {point.name} ({point.value}): not loaded: {reason}"
        ) from error


def _flaw(adapter: object) -> str | None:
    if not (inspect.isclass(adapter) and issubclass(adapter, SessionAdapter)):
        return "is no SessionAdapter"
    if adapter.api != SessionAdapter.api:
        return (
            f"speaks version {adapter.api} of the adapter interface,"
            f" this gateway version {SessionAdapter.api}"
        )
    if inspect.isabstract(adapter):
        return f"lacks {', '.join(sorted(adapter.__abstractmethods__))}"
    options_model = getattr(adapter, "options_model", None)
    if not (inspect.isclass(options_model) and issubclass(options_model, AdapterOptions)):
        return "has no options_model that is an AdapterOptions"
    return None
