"""The way to a Redis or Valkey server: it is asked only while it is quick."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.state.shared.endurance import MOST_SECONDS, QUICK_SECONDS, Endurance
from gateway.state.shared.rest import Rest

_CONNECTIONS = 16
_BACKSTOP_SECONDS = 1.0
"""By how much the library's own limits are longer, so that they are never reached: it takes what
came late because the loop was busy for what did not come, where :meth:`Link.ask` looks once more.
"""

_PROBE_KEY = "session-gateway:probe"
_PROBE_MILLISECONDS = 1000
_TRIES = 4
"""As many as a call asks questions, one after the other."""

_LOG = logging.getLogger(__name__)

Argument: TypeAlias = bytes | str | int
Reply: TypeAlias = object
"""What a script gives, or what whoever answers in its place sends: it is looked at as such."""


class Unavailable(Exception):
    """The server is left alone, or did not answer as it should."""


class Link:
    """Asks one server. Whoever asks waits for 50 ms at most; then nobody asks until it is well.

    It is tried by :meth:`tend` alone, at nobody's cost. Every question is a script, so that it is
    answered in one go, whatever others do at the same time.
    """

    def __init__(
        self,
        url: str,
        *,
        timer: Callable[[], float] = time.monotonic,
        endurance_s: float = MOST_SECONDS,
    ) -> None:
        """Take the server's address, what tells the time in seconds, and how long it is borne with.

        Nothing is sent yet.
        """
        self._rest = Rest(timer)
        self._endurance = Endurance(time.monotonic, endurance_s)
        backstop = endurance_s + _BACKSTOP_SECONDS
        self._client = Redis.from_pool(
            BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=backstop,
                socket_timeout=backstop,
                socket_connect_timeout=backstop,
                # Left to itself it tries ten times, and waits ever longer.
                retry=Retry(NoBackoff(), 0),
                retry_on_timeout=False,
            )
        )

    @property
    def is_up(self) -> bool:
        """Say whether the server is asked at present."""
        return not self._rest.is_on

    async def ask(
        self, script: str, keys: Sequence[str], arguments: Sequence[Argument] = ()
    ) -> Reply:
        """Run a script; raise :class:`Unavailable` where that cannot be had in time."""
        if self._rest.is_on:
            raise Unavailable("left alone")
        try:
            return await self._answer(script, keys, arguments)
        except Exception as error:  # whatever the library makes of what is sent to it
            self._leave_alone(f"{type(error).__name__}: {error}")
            raise Unavailable(str(error)) from error

    async def tend(self) -> None:
        """Try the server, if that is due: whether it can be written to, and is quick."""
        if not self._rest.is_due:
            return
        script = "return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])"
        try:
            self._endurance.restore()
            for _ in range(_TRIES):
                await self._answer(script, [_PROBE_KEY], [_PROBE_MILLISECONDS])
        except Exception:  # noqa: BLE001  # as above; that it rests has been logged
            self._rest.prolong()
            return
        self._rest.end()
        _LOG.info("shared cache: answers")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    async def _answer(
        self, script: str, keys: Sequence[str], arguments: Sequence[Argument]
    ) -> Reply:
        """Give the answer; raise what the library raises, or ``TimeoutError``."""
        asked = cast("Awaitable[Reply]", self._client.eval(script, len(keys), *keys, *arguments))
        task = asyncio.ensure_future(asked)
        try:
            await asyncio.wait([task], timeout=QUICK_SECONDS)
            if not task.done():
                await self._wait_longer(task)
            if not task.done():
                raise TimeoutError("no answer in time")
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _wait_longer(self, task: "asyncio.Future[Reply]") -> None:
        late = time.monotonic()
        await asyncio.wait([task], timeout=self._endurance.left())
        self._endurance.lose(late)
        # What came while the loop was busy with others has not been taken in yet.
        await asyncio.wait([task], timeout=0)

    def _leave_alone(self, why: str) -> None:
        if self._rest.begin():
            _LOG.warning("shared cache: left alone for a while: %s", why)
