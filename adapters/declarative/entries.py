"""How a vendor lets a caller in: by what every request carries, or by a log-in before them."""

from typing import Any, Protocol

from pydantic import SecretStr

from adapters.declarative.drafts import Draft, Known
from adapters.declarative.handshakes import Handshake
from adapters.declarative.language.transport import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    JsonRpcWsTransport,
    LogInAuth,
    NoAuth,
    OAuth2Auth,
    QueryAuth,
    Transport,
)
from adapters.declarative.log_ins import LogIn
from adapters.declarative.meanings import Meanings
from adapters.declarative.oauth2 import OAuth2
from adapters.toolkit.credentials import basic_header, token_header
from gateway.spi import NO_TICKET, HttpTransport, Ticket


class Entry(Protocol):
    """One way of being let in."""

    async def log_in(self, transport: Any) -> Ticket:  # noqa: ANN401  # its own kind
        """Log in, where that is needed."""

    def let_in(self, draft: Draft, ticket: Ticket) -> None:
        """Put into a request what lets it in."""


def entry_of(part: Transport, known: Known, meanings: Meanings) -> Entry:
    """Choose the way that a file names."""
    if isinstance(part, JsonRpcWsTransport):
        return Handshake(part.handshake, known, meanings)
    match part.auth:
        case LogInAuth() as auth:
            return LogIn(auth, part.headers, known, meanings)
        case OAuth2Auth() as auth:
            return OAuth2(auth, part.headers, known, meanings)
        case auth:
            return Carried(auth, known)


class Carried:
    """Every request carries the same, and there is no log-in."""

    def __init__(self, auth: Auth, known: Known) -> None:
        """Prepare what is carried."""
        self._headers = _headers_of(auth, known)
        self._query = (auth.name, known.text(auth.value)) if isinstance(auth, QueryAuth) else None

    async def log_in(self, transport: HttpTransport) -> Ticket:  # noqa: ARG002  # there is none
        """Need nothing."""
        return NO_TICKET

    def let_in(self, draft: Draft, ticket: Ticket) -> None:  # noqa: ARG002  # there is none
        """Put in the headers, or the parameter."""
        draft.put_headers(self._headers)
        if self._query is not None:
            draft.put_query(*self._query)


def _headers_of(auth: Auth, known: Known) -> dict[str, str]:
    match auth:
        case HeaderAuth():
            return {auth.name: known.text(auth.value)}
        case BasicAuth():
            return basic_header(known.text(auth.username), SecretStr(known.text(auth.password)))
        case BearerAuth():
            return token_header("Bearer", SecretStr(known.text(auth.token)))
        case NoAuth() | QueryAuth() | LogInAuth() | OAuth2Auth():
            return {}
