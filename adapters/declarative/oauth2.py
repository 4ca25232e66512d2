"""Tokens by OAuth 2.0, for client credentials (RFC 6749, 4.4)."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote_plus, urlencode

import msgspec
from pydantic import SecretStr

from adapters.declarative.answers import Answer
from adapters.declarative.drafts import Draft, Known
from adapters.declarative.language.transport import OAuth2Auth
from adapters.declarative.log_ins import TOKEN, check_log_in, lifetime_seconds
from adapters.declarative.meanings import Meanings
from adapters.toolkit.credentials import basic_header, token_header
from gateway.spi import ErrorCode, GiveUp, HttpRequest, HttpTransport, Json, Ticket


class _Granted(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # the type of tokens, and the only one
    expires_in: Json = None


class _Refused(msgspec.Struct):
    error: str


_GRANTED = msgspec.json.Decoder(_Granted)
_REFUSED = msgspec.json.Decoder(_Refused)

# RFC 6749, 5.2. All others mean that what was asked for is wrong.
_REFUSED_CLIENTS = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}
)


class OAuth2:
    """A token by client credentials (RFC 6749, 4.4), which every request carries (RFC 6750)."""

    def __init__(
        self, auth: OAuth2Auth, headers: Mapping[str, str], known: Known, meanings: Meanings
    ) -> None:
        """Take how a client is known. The headers are those of every request."""
        self._auth = auth
        self._headers = {name: known.text(text) for name, text in headers.items()}
        self._known = known
        self._meanings = meanings

    async def log_in(self, transport: HttpTransport) -> Ticket:
        """Ask for a token."""
        request = self._request()
        reply = await transport.send(request)
        answer = Answer(str(request), exchange=(request, reply))
        has_rule = self._meanings.rule_for("log_in", answer) is not None
        if reply.status == HTTPStatus.BAD_REQUEST and not has_rule:
            raise _refusal(reply.body, answer)
        check_log_in(answer, self._meanings)
        try:
            granted = _GRANTED.decode(answer.document.slice_at(()) or b"")
        except (ValueError, RecursionError) as error:
            raise answer.document.not_as_described() from error
        if granted.token_type.lower() != "bearer" or not _is_token(granted.access_token):
            raise answer.document.not_as_described()
        return Ticket({TOKEN: granted.access_token}, lifetime_seconds(granted.expires_in))

    def let_in(self, draft: Draft, ticket: Ticket) -> None:
        """Put the token in the header that is for that."""
        draft.put_headers(token_header("Bearer", SecretStr(ticket.values[TOKEN])))

    def _request(self) -> HttpRequest:
        auth, known = self._auth, self._known
        form = {"grant_type": "client_credentials"}
        if auth.scope is not None:
            form["scope"] = known.text(auth.scope)
        client, secret = known.text(auth.client_id), known.text(auth.client_secret)
        headers = {**self._headers, "Accept": "application/json"}
        if auth.credentials_in == "basic":
            # Both are encoded as in a form before that (RFC 6749, 2.3.1).
            headers |= basic_header(quote_plus(client), SecretStr(quote_plus(secret)))
        else:
            form |= {"client_id": client, "client_secret": secret}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        path = known.path(auth.token_path, {})
        return HttpRequest("POST", path, headers=headers, body=urlencode(form).encode())


def _refusal(body: bytes, answer: Answer) -> GiveUp:
    try:
        is_client = _REFUSED.decode(body).error in _REFUSED_CLIENTS
    except (ValueError, RecursionError):
        is_client = False
    code = ErrorCode.AUTH if is_client else ErrorCode.CONFIG
    return GiveUp(code, f"{answer.what}: refused to give a token")


def _is_token(text: str) -> bool:
    return text.isascii() and text.isprintable() and text.strip() == text != ""
