"""Values as they lie in a shared cache: sealed, so that nothing else that is there is read."""

import hashlib
import hmac
import zlib
from collections.abc import Sequence

LARGEST_BYTES = 256 * 1024 * 1024
"""The largest value, unpacked: a small one may claim to be larger than there is memory."""

_VERSION = b"\x01"
_PLAIN, _DEFLATED = b"p", b"z"
_TAG_BYTES = 16
_HEAD_BYTES = len(_VERSION) + _TAG_BYTES + len(_PLAIN)

_WORTH_PACKING_BYTES = 2048
_PACKING_LEVEL = 1
"""The quickest: records of one vendor are alike, and shrink to a tenth even so."""


class Seals:
    """Seals values for their places with the first key, and opens what any of the keys has sealed.

    A value that was moved, altered, cut, or written by another version is opened as none.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys, one at least."""
        self._keys = tuple(hashlib.sha256(b"shared cache" + key).digest() for key in keys)

    def seal(self, place: str, body: bytes) -> bytes:
        """Seal what is to lie at a place."""
        content = _PLAIN + body
        if len(body) >= _WORTH_PACKING_BYTES:
            content = _DEFLATED + zlib.compress(body, _PACKING_LEVEL)
        return _VERSION + _tag(self._keys[0], place, content) + content

    def open(self, place: str, sealed: bytes) -> bytes | None:
        """Give what was sealed for a place; none if it was not."""
        tag, content = sealed[len(_VERSION) : _HEAD_BYTES - 1], sealed[_HEAD_BYTES - 1 :]
        if sealed[: len(_VERSION)] != _VERSION or not content:
            return None
        if not any(hmac.compare_digest(tag, _tag(key, place, content)) for key in self._keys):
            return None
        return content[1:] if content[:1] == _PLAIN else _inflated(content[1:])

    def digest(self, *parts: str) -> str:
        """Name something secret so that who reads the name learns nothing of it."""
        keyed = hashlib.blake2b(key=self._keys[0], digest_size=_TAG_BYTES)
        for part in parts:
            keyed.update(len(part).to_bytes(8, "big") + part.encode())
        return keyed.hexdigest()


def _tag(key: bytes, place: str, content: bytes) -> bytes:
    named = hashlib.blake2b(place.encode(), key=key, digest_size=32).digest()
    return hashlib.blake2b(content, key=named, digest_size=_TAG_BYTES).digest()


def _inflated(packed: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    try:
        body = unpacking.decompress(packed, LARGEST_BYTES)
    except zlib.error:
        return None
    return body if unpacking.eof else None
