"""The adapters, simulators and transforms that are installed, found by their registered names.

A distribution registers its own in the entry-point groups named here. What another distribution
than this one brings is a *plugin*: it is heeded only where the distribution is let in by name.
Listing names loads nothing; only what a configuration uses is imported.
"""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from typing import Any, TypeAlias

from gateway.model.session import Json
from gateway.spi.abilities import Abilities
from gateway.spi.adapter import SessionAdapter
from gateway.spi.options import AdapterOptions
from gateway.spi.simulation import SimulatorFactory
from gateway.spi.transport import HttpEndpoint, RpcEndpoint

ADAPTERS = "session_gateway.adapters"
SIMULATORS = "session_gateway.simulators"
OWN = "session-gateway"
"""The distribution that this is."""
TRANSFORMS = "session_gateway.transforms"

Transform: TypeAlias = Callable[[Json], Json]
"""Gives, for a JSON value of a vendor's record, another, from which a field is read.

Pure: it must not change what it is given. Whatever it raises, the value cannot be read.
"""


class NotUsableError(Exception):
    """A name stands for nothing that may be used, or for several things, or for what is broken."""


class PluginError(Exception):
    """A plugin cannot be used as it is installed now: the next try may find it in order."""


def adapter_names(plugins: Collection[str] = ()) -> list[str]:
    """Give the names of the adapters of this distribution and of those let in, in order."""
    return _names(_let_in(entry_points(group=ADAPTERS), plugins))


def simulator_names() -> list[str]:
    """Give the names of the simulators of this distribution, in order."""
    return _names(_let_in(entry_points(group=SIMULATORS), ()))


def load_adapter(name: str, plugins: Collection[str] = ()) -> type[SessionAdapter[Any]]:
    """Import an adapter and check that it is one that this gateway can work with.

    ``plugins`` are the other distributions that are let in. Raises :class:`PluginError` where one
    of them does not load, or is not installed and may be the one that is missed; and else
    :class:`NotUsableError`.
    """
    point = _adapter_point(name, plugins)
    with _blaming(point):
        adapter = _load(point, "adapter")
        flaw = _flaw(adapter)
        if flaw is not None:
            raise NotUsableError(f"adapter {name} ({point.value}) {flaw}")
    return adapter  # type: ignore[no-any-return]  # _flaw has just checked what it is


@contextmanager
def blaming_adapter(name: str, plugins: Collection[str] = ()) -> Iterator[None]:
    """Turn whatever an adapter's code raises into what :func:`load_adapter` raises."""
    try:
        yield
    except Exception as error:  # whatever a stranger's code raises
        point = _adapter_point(name, plugins)
        with _blaming(point):
            message = f"adapter {name} ({point.value}): at its first use: {_reason(error)}"
            raise NotUsableError(message) from error


def tried(adapter: type[SessionAdapter[Any]], options: AdapterOptions) -> Abilities:
    """Build an adapter to see whether it can be; give what it declares."""
    built = adapter(options)
    if not isinstance(built.endpoint(), HttpEndpoint | RpcEndpoint):
        raise TypeError("endpoint() gives none")
    abilities = built.abilities()
    if not isinstance(abilities, Abilities):
        raise TypeError("abilities() gives none")
    return abilities


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


def missing(plugins: Iterable[str]) -> list[str]:
    """Name those of the distributions that are not installed."""
    return [name for name in plugins if not _is_installed(name)]


def _adapter_point(name: str, plugins: Collection[str]) -> EntryPoint:
    """Find the one entry point of this name, of those that are let in."""
    everybodys = tuple(entry_points(group=ADAPTERS, name=name))
    points = _let_in(everybodys, plugins)
    if len(points) > 1:
        raise NotUsableError(f"adapter {name} is in {_owners(points)}; {_way_out(points)}")
    if points:
        return points[0]
    if everybodys:
        raise NotUsableError(
            f"adapter {name} is of another distribution, {_owners(everybodys)}; if you trust that"
            " with your sessions, name it in plugins"
        )
    known = ", ".join(adapter_names(plugins)) or "none"
    message = f"no adapter {name} is installed; installed are: {known}"
    absent = missing(plugins)
    if absent:
        raise PluginError(f"{message}; of plugins there is no {', '.join(absent)}")
    raise NotUsableError(message)


def _way_out(points: Iterable[EntryPoint]) -> str:
    plugins = [point for point in points if _canonical(_owner(point)) != OWN]
    which = "all but one" if len(plugins) > 1 else _owners(plugins)
    return f"take {which} out of plugins"


def _only(group: str, kind: str, name: str) -> EntryPoint:
    """Find the one entry point of this name, whichever distribution brings it."""
    match tuple(entry_points(group=group, name=name)):
        case ():
            known = ", ".join(_names(entry_points(group=group))) or "none"
            raise NotUsableError(f"no {kind} {name} is installed; installed are: {known}")
        case (point,):
            return point
        case points:
            raise NotUsableError(f"{kind} {name} is in {_owners(points)}; uninstall all but one")


def _names(points: Iterable[EntryPoint]) -> list[str]:
    return sorted({point.name for point in points})


def _let_in(points: Iterable[EntryPoint], plugins: Collection[str]) -> list[EntryPoint]:
    allowed = {OWN, *map(_canonical, plugins)}
    return [point for point in points if _canonical(_owner(point)) in allowed]


def _owners(points: Iterable[EntryPoint]) -> str:
    return " and ".join(sorted(map(_owner, points)))


def _owner(point: EntryPoint) -> str:
    return (point.dist and point.dist.name) or "an unnamed distribution"


def _canonical(name: str) -> str:
    """Write a distribution's name so that all its spellings are one (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


@contextmanager
def _blaming(point: EntryPoint) -> Iterator[None]:
    """Tell what is wrong with a plugin from what is wrong with this distribution.

    Nothing of the attempt stays behind, so that the next one sees what is installed by then.
    """
    before = set(sys.modules)
    try:
        yield
    except NotUsableError as error:
        if _canonical(_owner(point)) == OWN:
            raise
        package = re.split("[.:]", point.value)[0]
        for name in set(sys.modules) - before:
            if name.partition(".")[0] == package:
                sys.modules.pop(name, None)
        importlib.invalidate_caches()
        raise PluginError(str(error)) from error


def _load(point: EntryPoint, kind: str) -> Any:  # noqa: ANN401  # whatever the module holds
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # whatever a stranger's module raises
        raise NotUsableError(
            f"{kind} {point.name} ({point.value}): not loaded: {_reason(error)}"
        ) from error


def _reason(error: BaseException) -> str:
    """Name the kind of an error, as its text may hold anything, and what could not be imported."""
    kind = type(error).__name__
    return f"{kind}: {error.name}" if isinstance(error, ModuleNotFoundError) else kind


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
    vendor = getattr(adapter, "vendor", None)
    if not (isinstance(vendor, str) and vendor):
        return "has no vendor that is a text"
    options_model = getattr(adapter, "options_model", None)
    if not (inspect.isclass(options_model) and issubclass(options_model, AdapterOptions)):
        return "has no options_model that is an AdapterOptions"
    return None
