"""Which calls were begun under a key, and what was answered, in a shared cache, for a day.

Here alone the cache is needed: who sends a key wants the call to be made once, so without a record
it is not made at all.
"""

import secrets
from collections import deque
from typing import NamedTuple

import msgspec

from gateway.state.idempotency import KEPT_FOR, Claim, Found, StateError, StoredAnswer
from gateway.state.shared.link import Argument, Link, Reply, Unavailable
from gateway.state.shared.seals import Seals

ALIVE_SECONDS = 15.0
"""After so long without a word a process is taken for dead, and its calls for abandoned."""

_CLAIM = """
local found = redis.pcall('GET', KEYS[1])
if found == false then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return {'ours'}
end
return {'taken', type(found) == 'string' and found or ''}
"""

_FINISH = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"
_RELEASE = "redis.call('DEL', KEYS[1])"
_IS_ALIVE = "return redis.call('EXISTS', KEYS[1])"
_LIVE = "redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])"


_RETRACT = "if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

_MOST_OWED = 1_000


class _Record(msgspec.Struct, array_like=True, frozen=True):
    body: bytes
    owner: str
    nonce: str
    answer: StoredAnswer | None = None


class _Owed(NamedTuple):
    script: str
    key: str
    arguments: list[Argument]


class SharedRecords:
    """The calls of the last day by their keys, shared by all replicas.

    Keys and bodies are given as digests. What a call came to is recorded later where the cache does
    not answer; all the same :class:`~gateway.state.idempotency.StateError` is raised then.
    """

    def __init__(self, link: Link, seals: Seals) -> None:
        """Take the way to the cache, and what seals."""
        self._link = link
        self._seals = seals
        self._name = secrets.token_hex(8)
        self._begun: dict[bytes, bytes] = {}
        self._owed: deque[_Owed] = deque(maxlen=_MOST_OWED)

    async def open(self) -> None:
        """Be alive from now on. A cache that does not answer yet may do so later."""
        await self.tend()

    async def close(self) -> None:
        """Be alive no longer. Calls that are recorded as running were abandoned."""
        try:
            await self._link.ask(_RELEASE, [_alive(self._name)])
        except Unavailable:
            return

    async def tend(self) -> None:
        """Go on being alive, and say what could not be said before."""
        try:
            await self._link.ask(_LIVE, [_alive(self._name)], [round(ALIVE_SECONDS * 1000)])
            while self._owed:
                owed = self._owed[0]
                await self._link.ask(owed.script, [owed.key], owed.arguments)
                self._owed.popleft()
        except Unavailable:
            return

    async def claim(self, key: bytes, body: bytes) -> Found:
        """Record that a call begins, unless one has under the same key."""
        place = _place(key)
        record = self._sealed(place, _Record(body, self._name, secrets.token_hex(8)))
        try:
            found = await self._ask(_CLAIM, place, [record, _milliseconds()])
        except StateError:
            # It may be recorded all the same, and would seem to be under way for a day.
            self._owed.append(_Owed(_RETRACT, place, [record]))
            raise
        match found:
            case [b"ours"]:
                self._begun[key] = body
                return Claim.OURS
            case [b"taken", bytes(sealed)]:
                return await self._found(place, sealed, body)
        raise StateError("the shared cache answers something else")

    async def finish(self, key: bytes, answer: StoredAnswer) -> None:
        """Record what was answered."""
        place, body = _place(key), self._begun.pop(key)
        record = self._sealed(place, _Record(body, self._name, "", answer))
        await self._say(_Owed(_FINISH, place, [record, _milliseconds()]))

    async def release(self, key: bytes) -> None:
        """Forget a call by which nothing was done."""
        self._begun.pop(key, None)
        await self._say(_Owed(_RELEASE, _place(key), []))

    async def _say(self, owed: _Owed) -> None:
        """Say something now, or as soon as the cache answers again."""
        try:
            await self._ask(*owed)
        except StateError:
            self._owed.append(owed)
            raise

    async def _found(self, place: str, sealed: bytes, body: bytes) -> Found:
        opened = self._seals.open(place, sealed)
        try:
            record = msgspec.msgpack.decode(opened or b"", type=_Record)
        except ValueError:
            # Something was begun under this key, and nobody knows what.
            return Claim.ABANDONED
        if record.body != body:
            return Claim.OTHER_BODY
        if record.answer is not None:
            return record.answer
        is_alive = await self._ask(_IS_ALIVE, _alive(record.owner), [])
        return Claim.RUNNING if is_alive == 1 else Claim.ABANDONED

    async def _ask(self, script: str, key: str, arguments: list[Argument]) -> Reply:
        try:
            return await self._link.ask(script, [key], arguments)
        except Unavailable as error:
            raise StateError(f"shared cache: {error}") from error

    def _sealed(self, place: str, record: _Record) -> bytes:
        return self._seals.seal(place, msgspec.msgpack.encode(record))


def _place(key: bytes) -> str:
    return f"session-gateway:1:{key.hex()}:call"


def _alive(name: str) -> str:
    return f"session-gateway:1:{name}:alive"


def _milliseconds() -> int:
    return round(KEPT_FOR.total_seconds() * 1000)
