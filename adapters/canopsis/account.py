"""The backend's own account on the server, as far as its log-in reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from adapters.canopsis.calls import is_without_session, listing, read_list
from adapters.canopsis.log_in import LogIn
from gateway.spi import HttpReply, HttpRequest, HttpTransport


class _Document(msgspec.Struct):
    """What of a record tells whose it is, and how it counts its views."""

    id: str = msgspec.field(name="_id")
    id_beaker_session: str
    tab_duration: object = None


_decode = msgspec.json.Decoder(_Document).decode


@dataclass(frozen=True, slots=True)
class OwnSession:
    """The session of this log-in."""

    id: str
    record: msgspec.Raw
    views_by_tab: frozenset[str]
    """The views of which the server counts single tabs."""


@dataclass(frozen=True, slots=True)
class Account:
    """Calls the server as one user, by the cookie of one log-in."""

    transport: HttpTransport
    username: str
    log_in: LogIn

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request once."""
        return await self.transport.send(request)

    async def active_session(self) -> OwnSession | None:
        """Read the session of this log-in, if it is active by the server's own clock.

        ``active=true`` finds what a call would go on with; it loses an active session of no one
        (final-06-list-filters.json, step 26; final-07-activity-boundary.json).
        """
        query = (("usernames[]", self.username), ("active", "true"))
        request = listing(query, self.log_in.headers)
        reply = await self.send(request)
        if is_without_session(reply):
            return None
        return _latest(read_list(request, reply), self.log_in.identities)

    async def is_listed(self, native_id: str) -> bool:
        """Say whether anybody's session has this id, as far as the server lets us see that."""
        request = listing((), self.log_in.headers)
        reply = await self.send(request)
        if is_without_session(reply):
            return True
        return any(document.id == native_id for document, _ in _read(read_list(request, reply)))


def _latest(records: Iterable[msgspec.Raw], identities: Sequence[str]) -> OwnSession | None:
    """Find the log-in's own session: of several identities it is the last that is used.

    An earlier one is another log-in of the same user, a second or so before.
    """
    found = {document.id_beaker_session: (document, record) for document, record in _read(records)}
    used = [found[identity] for identity in identities if identity in found]
    if not used:
        return None
    document, record = used[-1]
    return OwnSession(document.id, record, _views_by_tab(document.tab_duration))


def _views_by_tab(durations: object) -> frozenset[str]:
    if not isinstance(durations, dict):
        return frozenset()
    return frozenset(view for view, counted in durations.items() if isinstance(counted, dict))


def _read(records: Iterable[msgspec.Raw]) -> Iterable[tuple[_Document, msgspec.Raw]]:
    for record in records:
        try:
            yield _decode(record), record
        except (ValueError, RecursionError):
            continue  # Not a document that we made.
