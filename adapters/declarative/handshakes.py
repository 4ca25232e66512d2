"""Calls over a WebSocket before all others, by which a caller is let in."""

from collections.abc import Sequence

from adapters.declarative.calling import RpcOverSocket
from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Draft, Known
from adapters.declarative.language.requests import RpcRequest
from adapters.declarative.language.transport import HandshakeCall
from adapters.declarative.log_ins import check_log_in, token_text
from adapters.declarative.meanings import Meanings
from gateway.spi import NO_TICKET, RpcTransport, Ticket


class Handshake:
    """Calls over a WebSocket before all others, of whose results some is kept."""

    def __init__(self, calls: Sequence[HandshakeCall], known: Known, meanings: Meanings) -> None:
        """Compile what is kept."""
        self._known = known
        self._meanings = meanings
        self._calls = [
            (call, {name: Selector(expression) for name, expression in call.keep.items()})
            for call in calls
        ]

    async def log_in(self, transport: RpcTransport) -> Ticket:
        """Make the calls in order; each may refer to what those before it have kept."""
        if not self._calls:
            return NO_TICKET
        kept: dict[str, str] = {}
        for call, keep in self._calls:
            request = RpcRequest(method=call.method, params=call.params)
            draft = Draft(request, self._known.with_ticket(Ticket(kept)))
            answer = await RpcOverSocket().ask(draft, transport)
            check_log_in(answer, self._meanings)
            result = answer.document.unwrapped()
            kept |= {name: token_text(found.value(result), answer) for name, found in keep.items()}
        return Ticket(kept)

    def let_in(self, draft: Draft, ticket: Ticket) -> None:
        """Put in nothing: requests refer themselves to what was kept."""
