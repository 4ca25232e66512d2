"""The simulators as the kit wants its fake vendors: of so many sessions, which come and go."""

import itertools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held
from tests.support.adapters import NOON, noon

_LENGTHS = (timedelta(minutes=3), None, timedelta(hours=2), timedelta(seconds=1))


class Simulated:
    """One simulator. Its sessions are told apart by what each stay brings."""

    def __init__(self, server: VendorServer, rows: int, options: Mapping[str, object]) -> None:
        self.server = server
        self._options = options
        self._numbers: dict[str, int] = {}
        self._ages = itertools.count()
        for index in reversed(range(rows)):
            self._hold(_age(index), _LENGTHS[index % len(_LENGTHS)])

    async def start(self) -> str:
        """Listen."""
        return await self.server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self.server.stop()

    def options(self, address: str) -> dict[str, object]:
        """Reach it as its kind is reached."""
        return {**self.server.options(address), **self._options}

    def held(self) -> list[Held]:
        """Tell every session."""
        return self.server.held()

    def insert(self) -> None:
        """Let somebody come: now, or some time ago."""
        count = next(self._ages)
        self._hold(timedelta(minutes=count * 101 % 700, seconds=count))

    def delete(self, native_id: str) -> None:
        """Let the stay go that a session is of."""
        self.server.world.delete(self._numbers[native_id])

    def _hold(self, age: timedelta, length: timedelta | None = None) -> None:
        before = {held.native_id for held in self.held()}
        start = NOON - age
        stay = self.server.world.insert(start, start + length if length else None)
        after = {held.native_id for held in self.held()}
        self._numbers.update(dict.fromkeys(after - before, stay.number))


def simulated(
    simulator_class: Callable[..., VendorServer],
    manners: Any = None,  # noqa: ANN401  # each simulator has its own
    **options: object,
) -> Callable[[int], Simulated]:
    """Make what makes a fake vendor of one kind, with these manners and more options."""
    given = {} if manners is None else {"manners": manners}

    def of_so_many(rows: int) -> Simulated:
        return Simulated(simulator_class(rows=0, seed=5, clock=noon, **given), rows, options)

    return of_so_many


def _age(index: int) -> timedelta:
    """Give the age of a session: three begin in one second, of which two at once."""
    within = timedelta(milliseconds=300) if index % 3 == 0 else timedelta(0)
    return timedelta(minutes=41 * (index // 3) + 1) + within
