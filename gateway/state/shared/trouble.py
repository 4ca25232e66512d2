"""The trouble with vendors' accounts, in a shared cache: pauses, and log-ins that were refused."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from gateway.federation.sharing import Trouble
from gateway.state.shared.link import Argument, Link, Unavailable
from gateway.state.shared.seals import Seals

_REMEMBERED_SECONDS = 900.0
"""How long a refused log-in counts."""

_LOG_IN_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 3.0
_POLL_SECONDS = 0.05

_HEAR = """
local found = redis.pcall('GET', KEYS[1])
if type(found) ~= 'string' then return {} end
return {found, redis.call('PTTL', KEYS[1])}
"""

_TELL = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"

_TAKE = """
local left = redis.call('PTTL', KEYS[1])
if left > 0 and left <= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_LET_GO = "if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class _Told(msgspec.Struct, array_like=True, frozen=True):
    trouble: Trouble
    kept_for_s: float


class AccountTrouble:
    """A :class:`~gateway.federation.sharing.SharedTrouble` in a shared cache."""

    def __init__(self, link: Link, seals: Seals, account: str) -> None:
        """Take the way to the cache, what seals, and a name that tells nothing of the account."""
        self._link = link
        self._seals = seals
        self._key = f"session-gateway:1:{account}:trouble"
        self._log_in_key = f"session-gateway:1:{account}:log-in"

    async def hear(self) -> Trouble | None:
        """Give what was told last, as of now: by how long it is kept yet."""
        with suppress(Unavailable):
            match await self._link.ask(_HEAR, [self._key]):
                case [bytes(sealed), int(left)] if left > 0:
                    return self._opened(sealed, left / 1000)
        return None

    async def tell(self, trouble: Trouble) -> None:
        """Tell it, for as long as it matters."""
        kept_for_s = trouble.left_s + (_REMEMBERED_SECONDS if trouble.refused else 0.0)
        sealed = self._seals.seal(self._key, msgspec.msgpack.encode(_Told(trouble, kept_for_s)))
        with suppress(Unavailable):
            await self._link.ask(_TELL, [self._key], [sealed, max(1, round(kept_for_s * 1000))])

    @asynccontextmanager
    async def logging_in(self) -> AsyncIterator[None]:
        """Log in while no other replica does, if that can be had within 3 s."""
        token = secrets.token_hex(8)
        await self._wait_for_turn(token)
        try:
            yield
        finally:
            with suppress(Unavailable):
                await self._link.ask(_LET_GO, [self._log_in_key], [token])

    async def _wait_for_turn(self, token: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _LONGEST_WAIT_SECONDS
        with suppress(Unavailable):
            arguments: list[Argument] = [token, round(_LOG_IN_SECONDS * 1000)]
            while loop.time() < until:
                if await self._link.ask(_TAKE, [self._log_in_key], arguments) != 0:
                    return
                await asyncio.sleep(_POLL_SECONDS)

    def _opened(self, sealed: bytes, left_s: float) -> Trouble | None:
        body = self._seals.open(self._key, sealed)
        try:
            told = msgspec.msgpack.decode(body or b"", type=_Told)
        except ValueError:
            return None
        age, trouble = max(0.0, told.kept_for_s - left_s), told.trouble
        return Trouble(
            trouble.kind,
            trouble.code,
            max(0.0, trouble.left_s - age),
            tuple(each + age for each in trouble.refused),
            trouble.refused_in_a_row,
        )
