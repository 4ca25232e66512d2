"""Logging in by one request, for a token that every other request carries."""

from collections.abc import Mapping

import msgspec

from adapters.declarative.answers import Answer
from adapters.declarative.calling import Rest
from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Draft, Known, fits
from adapters.declarative.language.transport import LogInAuth
from adapters.declarative.meanings import Meanings
from gateway.spi import ErrorCode, GiveUp, HttpTransport, Json, LogInAgain, Ticket

TOKEN = "token"  # noqa: S105  # the name of what a ticket holds


class LogIn:
    """A request brings a token, which every other request carries."""

    def __init__(
        self, auth: LogInAuth, headers: Mapping[str, str], known: Known, meanings: Meanings
    ) -> None:
        """Compile what is looked for in the answer. The headers are those of every request."""
        self._auth = auth
        self._headers = headers
        self._known = known
        self._meanings = meanings
        self._token = Selector(auth.token)
        self._lifetime = None if auth.lifetime is None else Selector(auth.lifetime)

    async def log_in(self, transport: HttpTransport) -> Ticket:
        """Send the request, and keep the token of its answer."""
        draft = Draft(self._auth.request, self._known, self._headers)
        answer = await Rest().ask(draft, transport)
        check_log_in(answer, self._meanings)
        found = None if self._lifetime is None else self._lifetime.value(answer.document)
        token = token_text(self._token.value(answer.document), answer)
        if not fits(self._auth.send, token):
            raise answer.document.not_as_described()
        return Ticket({TOKEN: token}, lifetime_seconds(found))

    def let_in(self, draft: Draft, ticket: Ticket) -> None:
        """Put the token in its place."""
        draft.put(self._auth.send, self._auth.prefix + ticket.values[TOKEN])


def check_log_in(answer: Answer, meanings: Meanings) -> None:
    """Raise the error that an answer to a log-in is. It would say the same to another one."""
    try:
        meanings.check("log_in", answer)
    except LogInAgain as error:
        raise GiveUp(ErrorCode.AUTH, str(error)) from error


def token_text(value: Json, answer: Answer) -> str:
    """Read a token: a text that is not empty, or a whole number as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise answer.document.not_as_described()
    return str(value)


def lifetime_seconds(value: Json) -> float | None:
    """Read a lifetime: a number, or its digits; none for anything else."""
    try:
        seconds = msgspec.convert(value, float, strict=False)
    except msgspec.ValidationError:
        return None
    return seconds if seconds > 0 else None
