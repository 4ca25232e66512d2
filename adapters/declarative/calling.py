"""The three ways in which a vendor is called: REST, and JSON-RPC over HTTP or a WebSocket."""

from typing import Any, Protocol

import msgspec

from adapters.declarative.answers import Answer
from adapters.declarative.documents import Document
from adapters.declarative.drafts import Draft
from adapters.declarative.language.transport import JsonRpcHttpTransport, JsonRpcWsTransport
from adapters.declarative.language.transport import Transport as TransportPart
from gateway.spi import BadAnswer, ErrorCode, HttpTransport, RpcError, RpcTransport

_ID = 1
"""Of every call over HTTP: each has a request and a reply of its own."""


class Calling(Protocol):
    """Sends what was drafted, and gives whatever is answered."""

    async def ask(self, draft: Draft, transport: Any) -> Answer:  # noqa: ANN401  # its own kind
        """Send one request."""


def calling_of(part: TransportPart) -> Calling:
    """Choose the way that a file names."""
    match part:
        case JsonRpcWsTransport():
            return RpcOverSocket()
        case JsonRpcHttpTransport():
            return RpcOverHttp(part.path)
        case _:
            return Rest()


class Rest:
    """Requests over HTTP, each with its own method and path."""

    async def ask(self, draft: Draft, transport: HttpTransport) -> Answer:
        """Send the request."""
        request = draft.over_http()
        reply = await transport.send(request)
        return Answer(str(request), exchange=(request, reply))


class _Error(msgspec.Struct):
    code: int


class _Envelope(msgspec.Struct):
    """The reply to one call. A reply to several, which nobody asked for, is none."""

    id: int | msgspec.UnsetType | None = msgspec.UNSET
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: _Error | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class RpcOverHttp:
    """JSON-RPC 2.0, each call a POST of its own, never several in one."""

    def __init__(self, path: str) -> None:
        """Post to a path."""
        self._path = path

    async def ask(self, draft: Draft, transport: HttpTransport) -> Answer:
        """Post the call. A reply with another status than success may be no JSON-RPC at all."""
        call = {"jsonrpc": "2.0", "id": _ID, "method": draft.method}
        params = {"params": draft.tree} if draft.tree else {}
        request = draft.posted(self._path, msgspec.json.encode(call | params))
        reply = await transport.send(request)
        what = f"{request} {draft.method}"
        answer = Answer(what, exchange=(request, reply))
        try:
            code = _code(answer.document.slice_at(()), what)
        except BadAnswer as error:
            if not 200 <= reply.status < 300:  # noqa: PLR2004  # success
                return answer
            error.has_been_sent = True
            raise
        return Answer(what, exchange=(request, reply), document=answer.document, rpc_code=code)


def _code(envelope: msgspec.Raw | None, what: str) -> int | None:
    """Give the code of the error in a reply, if it is one; raise for what is no reply to us."""
    try:
        reply = _ENVELOPE.decode(envelope or msgspec.Raw(b"null"))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(ErrorCode.PROTOCOL, f"{what}: no reply of JSON-RPC") from error
    if reply.error is not None and reply.id in (_ID, None, msgspec.UNSET):
        return reply.error.code
    if reply.id != _ID or reply.result is msgspec.UNSET:
        raise BadAnswer(ErrorCode.PROTOCOL, f"{what}: a reply to something else")
    return None


class RpcOverSocket:
    """JSON-RPC 2.0 over one WebSocket."""

    async def ask(self, draft: Draft, transport: RpcTransport) -> Answer:
        """Make the call. Expressions find its result as ``result``, an error's code as usual."""
        try:
            result = await transport.call(draft.method, draft.tree or None)
        except RpcError as error:
            told = msgspec.Raw(msgspec.json.encode({"error": {"code": error.code}}))
            return Answer(draft.method, document=Document(draft.method, told), rpc_code=error.code)
        return Answer(draft.method, document=Document(draft.method, result, ("result",)))
