"""A shared cache as a whole: all that is kept in it, and what tends it."""

import asyncio
import time
from collections.abc import Callable, Sequence

from gateway.state.shared.endurance import MOST_SECONDS
from gateway.state.shared.link import Link
from gateway.state.shared.pages import SharedPages
from gateway.state.shared.rates import SharedRates
from gateway.state.shared.records import SharedRecords
from gateway.state.shared.seals import Seals
from gateway.state.shared.trouble import AccountTrouble

TENDING_SECONDS = 0.5


class SharedCache:
    """What replicas share by one Redis or Valkey.

    All of them take the same keys, which seal what they put there: who has none of them can neither
    put there anything that is read nor learn from a name what it stands for.
    """

    def __init__(
        self,
        url: str,
        keys: Sequence[bytes],
        *,
        timer: Callable[[], float] = time.monotonic,
        endurance_s: float = MOST_SECONDS,
    ) -> None:
        """Take the server's address and the keys. Nothing is sent before it is opened.

        The timer tells seconds. ``endurance_s`` is how long its answers may be late in all.
        """
        self.link = Link(url, timer=timer, endurance_s=endurance_s)
        self._seals = Seals(keys)
        self.pages = SharedPages(self.link, self._seals)
        self.rates = SharedRates(self.link, self._seals)
        self.records = SharedRecords(self.link, self._seals)
        self._tending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Try the server, and go on tending what is there. Raises nothing if it does not answer."""
        await self.tend()
        self._tending = asyncio.create_task(self._tend())

    async def close(self) -> None:
        """End what is being done, and close the connections."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        await self.link.close()

    def scope(self, *parts: str) -> str:
        """Name what is shared by those alone to whom all of this is the same."""
        return self._seals.digest(*parts)

    def trouble(self, account: str) -> AccountTrouble:
        """Give the trouble with an account, by its scope."""
        return AccountTrouble(self.link, self._seals, account)

    async def tend(self) -> None:
        """Do what is due: try the server, renew what is held, and hear what was outdated."""
        await self.link.tend()
        if self.link.is_up:
            await self.pages.tend()
            await self.records.tend()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TENDING_SECONDS)
            await self.tend()
