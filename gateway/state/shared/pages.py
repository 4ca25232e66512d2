"""What was read of vendors, in a shared cache: values, leases for reading them, and epochs.

All values of a scope are of an epoch. What was put there in another is not given out, so one write
makes all of them of no use at once, also those that are still being read.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakKeyDictionary

from gateway.federation.sharing import Elsewhere, Grant, Look, Parcel
from gateway.state.shared.link import Argument, Link, Unavailable
from gateway.state.shared.seals import Seals

LEASE_SECONDS = 2.0
"""How long a lease holds that is not renewed: so long the others wait for a replica that died."""

LARGEST_VALUE_BYTES = 8 * 1024 * 1024
"""Packed. What is larger each replica reads for itself, and waits for no other."""

_PART_BYTES = 256 * 1024
"""Values travel in parts, each of which is soon there."""

_PART_SECONDS = 10
_MOST_LOST = 1_000
_TOO_LARGE_SECONDS = 600
_EPOCH_SECONDS = 25 * 3600
"""Longer than any value serves: when an epoch is forgotten, nothing of the one before is left."""

T = TypeVar("T")

_NO_EPOCH = "-" * 16
_ROOT = "session-gateway:1"

_TEXT = """
local function text(key)
    local found = redis.pcall('GET', key)
    return type(found) == 'string' and found or false
end
local epoch = text(KEYS[1])
if not epoch or #epoch ~= 16 or string.find(epoch, '[^0-9a-f]') then
    epoch = '----------------'
end
"""

_LOOK = (
    _TEXT
    + """
local head = redis.pcall('GETRANGE', KEYS[2], 0, ARGV[3] + 15)
if ARGV[4] == '0' and type(head) == 'string' and string.sub(head, 1, 16) == epoch then
    local left = redis.call('PTTL', KEYS[2])
    return {'value', string.sub(head, 17), redis.call('STRLEN', KEYS[2]) - 16, left}
end
local lease = text(KEYS[3])
if lease == 'too large' then return {'too large'} end
local held = redis.call('PTTL', KEYS[3])
if held > 0 and held <= tonumber(ARGV[2]) and lease ~= ARGV[5] then
    return {'elsewhere', epoch}
end
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
return {'lease', epoch}
"""
)

_PART = "return redis.call('GETRANGE', KEYS[1], ARGV[1], ARGV[2])"

_ADD = """
redis.call('APPEND', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

_PUT = (
    _TEXT
    + """
redis.call('APPEND', KEYS[4], ARGV[2])
if epoch == ARGV[1] then
    redis.call('RENAME', KEYS[4], KEYS[2])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
else
    redis.call('DEL', KEYS[4])
end
if text(KEYS[3]) == ARGV[4] then redis.call('DEL', KEYS[3]) end
"""
)

_LET_GO = (
    _TEXT
    + """
if text(KEYS[2]) ~= ARGV[1] then return end
if ARGV[2] == '0' then redis.call('DEL', KEYS[2])
else redis.call('SET', KEYS[2], 'too large', 'PX', ARGV[2]) end
"""
)

_OUTDATE = "redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])"

_TEND = """
for index = 1, tonumber(ARGV[1]) do
    if redis.pcall('GET', KEYS[index]) == ARGV[2 + index] then
        redis.call('PEXPIRE', KEYS[index], ARGV[2])
    end
end
local epochs = {}
for index = ARGV[1] + 1, #KEYS do
    local found = redis.pcall('GET', KEYS[index])
    table.insert(epochs, type(found) == 'string' and found or '')
end
return epochs
"""


class SharedPages:
    """A :class:`~gateway.federation.sharing.SharedStore` in a shared cache."""

    def __init__(self, link: Link, seals: Seals) -> None:
        """Take the way to the cache, and what seals."""
        self._link = link
        self._seals = seals
        self._held: WeakKeyDictionary[Grant, str] = WeakKeyDictionary()
        self._lost: dict[str, str] = {}
        self._watched: dict[str, Callable[[], None]] = {}
        self._epochs: dict[str, str] = {}

    @property
    def is_up(self) -> bool:
        """Say whether the cache is asked at present."""
        return self._link.is_up

    async def look(self, scope: str, name: str, *, is_anew: bool = False) -> Look:
        """Give a value, or a lease to read it. What is no value of ours is none."""
        with suppress(Unavailable):
            return await self._look(scope, name, is_anew=is_anew)
        return None

    async def put(self, scope: str, name: str, body: bytes, for_s: float, grant: Grant) -> None:
        """Put a value, unless all of its epoch is of no use by now, and end the lease."""
        sealed = await _aside(len(body), self._seals.seal, _place(scope, name), body)
        if len(sealed) > LARGEST_VALUE_BYTES:
            await self._end(scope, name, grant, too_large_for=_TOO_LARGE_SECONDS)
            return
        try:
            await self._put(scope, name, grant.epoch.encode() + sealed, for_s, grant)
        except Unavailable:
            self._lose(scope, name, grant)
        self._held.pop(grant, None)

    async def let_go(self, scope: str, name: str, grant: Grant) -> None:
        """End a lease."""
        await self._end(scope, name, grant, too_large_for=0)

    async def outdate(self, scope: str) -> bool:
        """Begin another epoch."""
        epoch = secrets.token_hex(8)
        try:
            await self._link.ask(_OUTDATE, [_epoch(scope)], [epoch, _EPOCH_SECONDS])
        except Unavailable:
            return False
        self._epochs[scope] = epoch
        return True

    def watch(self, scope: str, on_change: Callable[[], None]) -> None:
        """Tell of epochs that other replicas begin, as often as it is tended."""
        self._watched[scope] = on_change

    def unwatch(self, scope: str) -> None:
        """Tell of them no more."""
        self._watched.pop(scope, None)
        self._epochs.pop(scope, None)

    async def tend(self) -> None:
        """Renew the leases that are held, and tell whose epoch has ended."""
        held, scopes = list(self._held.items()), list(self._watched)
        keys = [*(key for _, key in held), *map(_epoch, scopes)]
        tokens = [grant.token or "" for grant, _ in held]
        arguments: list[Argument] = [len(held), _milliseconds(LEASE_SECONDS), *tokens]
        found: object = None
        with suppress(Unavailable):
            found = await self._link.ask(_TEND, keys, arguments)
        if isinstance(found, list) and len(found) == len(scopes):
            for scope, epoch in zip(scopes, found, strict=True):
                self._note_epoch(scope, epoch)

    async def _look(self, scope: str, name: str, *, is_anew: bool) -> Look:
        token = secrets.token_hex(8)
        keys = [_epoch(scope), _place(scope, name), _lease(scope, name)]
        lost = self._lost.pop(_lease(scope, name), "")
        lease: list[Argument] = [token, _milliseconds(LEASE_SECONDS)]
        arguments: list[Argument] = [*lease, _PART_BYTES, int(is_anew), lost]
        match await self._link.ask(_LOOK, keys, arguments):
            case [b"value", bytes(first), int(size), int(left)]:
                body = await self._opened(scope, name, first, size)
                if body is not None and left > 0:
                    return Parcel(body, left / 1000)
                if not is_anew:
                    return await self._look(scope, name, is_anew=True)
            case [b"lease", bytes(epoch)]:
                grant = Grant(_shown(epoch), token)
                self._held[grant] = _lease(scope, name)
                return grant
            case [b"elsewhere", bytes(epoch)]:
                return Elsewhere(_shown(epoch))
        return None

    async def _opened(self, scope: str, name: str, first: bytes, size: int) -> bytes | None:
        place, parts = _place(scope, name), [first]
        if size > LARGEST_VALUE_BYTES:
            return None
        # Sixteen bytes tell the epoch; who replaces the value meanwhile spoils its seal.
        for begin in range(len(first), size, _PART_BYTES):
            last = min(begin + _PART_BYTES, size) + len(_NO_EPOCH) - 1
            part = await self._link.ask(_PART, [place], [begin + len(_NO_EPOCH), last])
            if not isinstance(part, bytes):
                return None
            parts.append(part)
        return await _aside(size, self._seals.open, place, b"".join(parts))

    async def _put(self, scope: str, name: str, value: bytes, for_s: float, grant: Grant) -> None:
        part_key = f"{_place(scope, name)}:{secrets.token_hex(4)}"
        *parts, last = [
            value[begin : begin + _PART_BYTES] for begin in range(0, len(value), _PART_BYTES)
        ]
        for part in parts:
            await self._link.ask(_ADD, [part_key], [part, _milliseconds(_PART_SECONDS)])
        keys = [_epoch(scope), _place(scope, name), _lease(scope, name), part_key]
        arguments: list[Argument] = [grant.epoch, last, _milliseconds(for_s), grant.token or ""]
        await self._link.ask(_PUT, keys, arguments)

    async def _end(self, scope: str, name: str, grant: Grant, *, too_large_for: float) -> None:
        self._held.pop(grant, None)
        keys = [_epoch(scope), _lease(scope, name)]
        try:
            await self._link.ask(_LET_GO, keys, [grant.token or "", _milliseconds(too_large_for)])
        except Unavailable:
            self._lose(scope, name, grant)

    def _lose(self, scope: str, name: str, grant: Grant) -> None:
        """Remember a lease that could not be ended: who held it is not to wait for it."""
        if grant.token is not None and len(self._lost) < _MOST_LOST:
            self._lost[_lease(scope, name)] = grant.token

    def _note_epoch(self, scope: str, found: object) -> None:
        if not isinstance(found, bytes) or scope not in self._watched:
            return
        epoch, known = _shown(found), self._epochs.get(scope)
        self._epochs[scope] = epoch
        if epoch and known is not None and epoch != known:
            self._watched[scope]()


async def _aside(size: int, work: Callable[[str, bytes], T], place: str, value: bytes) -> T:
    """Do what takes long for large values in a thread, so that nobody is kept waiting by it."""
    if size <= _PART_BYTES:
        return work(place, value)
    return await asyncio.to_thread(work, place, value)


def _place(scope: str, name: str) -> str:
    return f"{_ROOT}:{scope}:page:{name}"


def _lease(scope: str, name: str) -> str:
    return f"{_ROOT}:{scope}:lease:{name}"


def _epoch(scope: str) -> str:
    return f"{_ROOT}:{scope}:epoch"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _shown(epoch: bytes) -> str:
    return epoch.decode("ascii", "replace")
