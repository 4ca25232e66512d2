"""Being let in: the cookie by which the server knows us again, and which dialect it speaks."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie

from adapters.canopsis.calls import NOBODY, is_without_session, listing, start
from adapters.canopsis.options import CanopsisOptions, Dialect
from adapters.toolkit.replies import raise_for_status
from gateway.spi import (
    NO_TICKET,
    BadAnswer,
    ErrorCode,
    GiveUp,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Ticket,
)

_COOKIE = "beaker.session.id"

# A log-in that takes longer met a clock that was set meanwhile.
_LONGEST_LOG_IN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class LogIn:
    """What the ticket of a log-in says.

    ``headers`` let a request in. ``identities`` are those that the server may have given the
    log-in, oldest first: one for each second in which it may have happened.
    """

    dialect: Dialect
    headers: Mapping[str, str]
    identities: tuple[str, ...]

    @classmethod
    def of(cls, ticket: Ticket, options: CanopsisOptions) -> "LogIn":
        """Read a ticket; without a cookie the key lets each request in."""
        values = ticket.values
        cookie = values.get("cookie")
        return cls(
            dialect=Dialect(values.get("dialect", Dialect.FINAL)),
            headers={"Cookie": f"{_COOKIE}={cookie}"} if cookie else options.key_header(),
            identities=tuple(values.get("identities", "").split()),
        )


async def log_in(options: CanopsisOptions, transport: HttpTransport) -> Ticket:
    """Find out the dialect, and keep a cookie where one is needed.

    The earlier dialect lists nothing to those who have no session, so one is started there.
    """
    if not options.needs_log_in:
        return NO_TICKET
    looked = await transport.send(listing(NOBODY, options.key_header()))
    if options.username is None and looked.status == HTTPStatus.OK:
        # Only the later dialect takes a key in a header.
        return Ticket({"dialect": Dialect.FINAL})
    request = listing((*NOBODY, *options.key_query()), options.password_header())
    entered = await transport.send(request)
    _refuse_breaking_name(options.username, request, entered)
    dialect = _dialect(options, request, entered)
    values = {
        "dialect": dialect,
        "cookie": _cookie(request, entered),
        "identities": " ".join(_identities(options.username, looked, entered)),
    }
    if dialect is Dialect.V2020:
        await _start(transport, LogIn.of(Ticket(values), options).headers)
    return Ticket(values)


def _refuse_breaking_name(username: str | None, request: HttpRequest, entered: HttpReply) -> None:
    """Give up where the server broke, and would again, at a name (final-10-non-ascii-user.json)."""
    is_broken = entered.status == HTTPStatus.INTERNAL_SERVER_ERROR
    if is_broken and username is not None and not username.isascii():
        message = f"{request}: {entered.status}, as for any username beyond ASCII"
        raise GiveUp(ErrorCode.UPSTREAM_ERROR, message)


def _dialect(options: CanopsisOptions, request: HttpRequest, entered: HttpReply) -> Dialect:
    """Tell the dialect: only the earlier turns away who has not started a session."""
    if is_without_session(entered):
        if options.known_dialect() is Dialect.FINAL:
            raise GiveUp(ErrorCode.CONFIG, f"{request}: the server speaks the dialect v2020")
        return Dialect.V2020
    raise_for_status(request, entered)
    # Who logs in twice within a second shares the session (v2020-09-same-user-twice.json), so
    # the earlier dialect may let us in as well.
    return options.known_dialect() or Dialect.FINAL


def _cookie(request: HttpRequest, entered: HttpReply) -> str:
    try:
        return SimpleCookie(entered.headers.get("set-cookie", ""))[_COOKIE].value
    except (CookieError, KeyError):
        raise BadAnswer(ErrorCode.PROTOCOL, f"{request}: let in without a cookie") from None


def _identities(username: str | None, looked: HttpReply, entered: HttpReply) -> list[str]:
    """Name the identities that the log-in may have: the user and the second of the log-in.

    The second is the server's, between its answer before and its answer to the log-in.
    """
    first, last = _second(looked), _second(entered)
    if username is None or first is None or last is None:
        return []
    seconds = range(max(min(first, last), last - _LONGEST_LOG_IN_SECONDS), last + 1)
    return [base64.b64encode(f"{username}_{second}".encode()).decode() for second in seconds]


def _second(reply: HttpReply) -> int | None:
    try:
        return int(parsedate_to_datetime(reply.headers.get("date", "")).timestamp())
    except (ValueError, OverflowError):
        return None


async def _start(transport: HttpTransport, headers: Mapping[str, str]) -> None:
    request = start(headers)
    raise_for_status(request, await transport.send(request))
