"""Who may call: API keys, and what each of them may see."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from multidict import MultiMapping, istr

from gateway.web.problems import Problem
from gateway.web.redaction import NOTHING_HIDDEN, Redaction

_READING = frozenset({"GET", "HEAD"})
_BACKENDS = "/v1/backends"
_METRICS = "/metrics"
_KEY, _AUTHORIZATION = istr("X-API-Key"), istr("Authorization")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls. ``backends`` names what exists for them, none means all.

    Who may administer sees how the backends are doing and refreshes them; sessions take the right
    to read. Metrics tell of all backends, so they take the right to see them all.
    """

    name: str
    backends: frozenset[str] | None = None
    may_read: bool = True
    may_write: bool = False
    may_administer: bool = False
    redaction: Redaction = NOTHING_HIDDEN

    def __hash__(self) -> int:
        """Go by the name, which no two keys share: it is asked for with every call."""
        return hash(self.name)

    def may_see(self, backend: str) -> bool:
        """Say whether the backend exists for this caller."""
        return self.backends is None or backend in self.backends

    def refuse_unless_allowed(self, method: str, path: str) -> None:
        """Raise a 401 or 403 for a caller who may not call this path with this method."""
        is_of_backends = path in (_BACKENDS, _METRICS) or path.startswith(f"{_BACKENDS}/")
        if method in _READING:
            action, is_allowed = "read", self.may_read or (self.may_administer and is_of_backends)
        elif is_of_backends:
            action, is_allowed = "administer", self.may_administer
        else:
            action, is_allowed = "write", self.may_write
        if path == _METRICS and self.backends is not None:
            detail = "This key may not see all backends, of which metrics tell."
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", detail)
        if is_allowed:
            return
        if self is ANYONE:
            raise _unauthorised(f"To {action}, send a key that may.")
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"This key may not {action}.")


ANYONE = Caller("")
"""A caller without a key, where none is needed."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by the SHA-256 of its text: the text itself is nowhere kept."""

    caller: Caller
    sha256: bytes
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys, and whether a call needs one."""

    keys: Sequence[ApiKey] = ()
    is_key_needed: bool = False

    def caller(self, headers: MultiMapping[str], clock: Callable[[], datetime]) -> Caller:
        """Name the caller by the key that was sent.

        Raises a 401 for a key that is unknown or missing, and for several, whichever they are.
        """
        text = _sent_key(headers)
        if text is None:
            if self.is_key_needed:
                raise _unauthorised("Send a key as Authorization: Bearer KEY or X-API-Key: KEY.")
            return ANYONE
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
        found = None
        for key in self.keys:
            # Every key is compared, whichever fits: the time taken tells nothing.
            if hmac.compare_digest(key.sha256, digest):
                found = key
        if found is None or (found.expires is not None and found.expires <= clock()):
            raise _unauthorised("The key is not known here, or has expired.")
        return found.caller


def _sent_key(headers: MultiMapping[str]) -> str | None:
    """Read the key, which may be in either header, or the same in both."""
    keys: Sequence[str] = headers.getall(_KEY, ())
    authorizations: Sequence[str] = headers.getall(_AUTHORIZATION, ())
    if not keys and not authorizations:
        return None
    sent = [*keys, *map(_token, authorizations)]
    if len(keys) > 1 or len(authorizations) > 1 or len({*sent}) > 1:
        # What stands in front may have looked at another of them than we would.
        raise _unauthorised("Send one key, once.")
    return sent[0]


def _token(authorization: str) -> str:
    """Read a bearer's token; another scheme is a key that we cannot know."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unauthorised(detail: str) -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        detail,
        headers={"WWW-Authenticate": 'Bearer realm="sessions"'},
    )
