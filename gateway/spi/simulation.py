"""What a vendor's simulator offers to the demo and to tests."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Protocol


class Simulator(Protocol):
    """A stand-in server for one vendor, on a loopback port of its own."""

    adapter: ClassVar[str]
    """The name of the adapter that speaks with it."""

    async def start(self) -> str:
        """Listen on a free loopback port and give the address, such as http://127.0.0.1:41234."""

    async def stop(self) -> None:
        """Stop listening and drop all connections."""

    def options(self, address: str) -> dict[str, object]:
        """Give the options with which a backend reaches it at that address."""


class SimulatorFactory(Protocol):
    """How a simulator is made: found by name in the entry-point group of simulators."""

    def __call__(self, *, rows: int, seed: int, clock: Callable[[], datetime]) -> Simulator:
        """Make a simulator of this many past sessions.

        It lives by the clock, which gives aware instants: one that stands still freezes it.
        """
