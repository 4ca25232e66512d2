"""Cursors: "the same query, above this key", sealed.

A cursor carries no authority. It is bound to the query and the caller by a
fingerprint, and works on every gateway that holds one of its keys.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from gateway.paging.addresses import Written, address_of, written
from gateway.paging.order import BEFORE_ALL, Component, Key
from gateway.paging.resume import Places

_VERSION = b"\x03"
_SEAL_BYTES = 32
_LONGEST_WITH_HINTS = 4096
_LONGEST_TOKEN = 7000
_WINDOW_BITS = 12
"""What is looked back on: all of a cursor, but of very long ones. More costs more to clear."""


class CursorError(ValueError):
    """The token is no cursor of ours: altered, cut, or from another gateway or version."""


class CursorMismatchError(ValueError):
    """The cursor belongs to another query or another caller."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk has come to: all sessions up to this key have been given out.

    ``given`` counts them by backend, leaving out those that lost some on the way. ``totals`` are
    counts of whole backends that are known already. A walk with an ``until`` goes up to that key
    and no further.

    The others are hints, which save asking and change no answer: ``ended`` names the backends that
    have no more, ``peeks`` are lower bounds of what single backends have beyond, and ``places``
    are where in their streams to go on.
    """

    boundary: Key
    given: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    until: Key | None = None
    peeks: Mapping[str, Key] = field(default_factory=dict)
    places: Mapping[str, Places] = field(default_factory=dict)


FROM_THE_START = Position(BEFORE_ALL)


class _Payload(msgspec.Struct, array_like=True):
    fingerprint: str
    boundary: list[Component | str]
    until: list[Component | str] | None
    given: dict[str, int]
    totals: dict[str, int]
    ended: list[str]
    peeks: dict[str, list[Component | str]]
    places: dict[str, list[Written]]


_encode = msgspec.json.Encoder(order="deterministic").encode
"""Of what is equal the bytes are the same: an answer is not another for who was quicker."""

_decode = msgspec.json.Decoder(_Payload).decode


class CursorSealer:
    """Makes cursors with the first key and opens those of every key."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        """Take the keys; without any, make one that lasts as long as this process."""
        self._keys = tuple(hashlib.sha256(key).digest() for key in keys) or (
            secrets.token_bytes(_SEAL_BYTES),
        )

    def seal(self, position: Position, fingerprint: str) -> str:
        """Make the cursor of a position in the walk of a query.

        Hints are left out where it would grow too long: places first, then all of them.
        """
        token = self._sealed(position, fingerprint)
        if len(token) > _LONGEST_WITH_HINTS:
            token = self._sealed(replace(position, places={}), fingerprint)
        if len(token) > _LONGEST_WITH_HINTS:
            bare = Position(position.boundary, until=position.until)
            token = self._sealed(bare, fingerprint)
        return token

    def open(self, token: str, fingerprint: str) -> Position:
        """Read a cursor; raise :class:`CursorError` or :class:`CursorMismatchError`."""
        payload = self._unsealed(token)
        if payload.fingerprint != fingerprint:
            raise CursorMismatchError("the cursor belongs to another query or caller")
        return _position(payload)

    def _sealed(self, position: Position, fingerprint: str) -> str:
        payload = _Payload(
            fingerprint,
            list(position.boundary),
            None if position.until is None else list(position.until),
            dict(position.given),
            dict(position.totals),
            sorted(position.ended),
            {name: list(peek) for name, peek in position.peeks.items()},
            {name: list(map(written, places)) for name, places in position.places.items()},
        )
        body = _VERSION + _compressed(_encode(payload))
        return base64.urlsafe_b64encode(self._mac(self._keys[0], body) + body).decode().rstrip("=")

    def _unsealed(self, token: str) -> _Payload:
        sealed = _from_base64(token)
        seal, body = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
        if not any(hmac.compare_digest(seal, self._mac(key, body)) for key in self._keys):
            raise CursorError("the cursor was altered, or sealed with a key not known here")
        if body[:1] != _VERSION:
            raise CursorError("the cursor is of another version")
        try:
            return _decode(zlib.decompress(body[1:]))
        except (zlib.error, ValueError) as error:
            raise CursorError("the cursor has another shape than this version's") from error

    @staticmethod
    def _mac(key: bytes, body: bytes) -> bytes:
        return hmac.digest(key, body, "sha256")


def _compressed(text: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=_WINDOW_BITS, memLevel=_WINDOW_BITS - 7)
    return compressor.compress(text) + compressor.flush()


def _position(payload: _Payload) -> Position:
    """Read a position; raise :class:`CursorError` for one that this version did not write."""
    try:
        places = {n: tuple(map(address_of, each)) for n, each in payload.places.items()}
    except ValueError as error:
        raise CursorError("the cursor has another shape than this version's") from error
    return Position(
        boundary=tuple(payload.boundary),
        given=payload.given,
        totals=payload.totals,
        ended=frozenset(payload.ended),
        until=None if payload.until is None else tuple(payload.until),
        peeks={name: tuple(peek) for name, peek in payload.peeks.items()},
        places=places,
    )


def _from_base64(token: str) -> bytes:
    if len(token) > _LONGEST_TOKEN:
        raise CursorError("the cursor is too long")
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorError("the cursor is not base64") from error
    # Two texts can decode to the same bytes; only the one we made is ours.
    if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != token:
        raise CursorError("the cursor was altered")
    return sealed
