"""How a fake vendor lets in who calls over a WebSocket."""

from collections.abc import Mapping

from adapters.declarative.fake.answers import Answer
from adapters.declarative.fake.planting import planted
from adapters.declarative.fake.received import Received, filled, is_addressed
from adapters.declarative.language.outcomes import ErrorRule
from adapters.declarative.language.requests import RpcRequest
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import HandshakeCall, JsonRpcWsTransport
from gateway.spi import Json


def kept(spec: Spec) -> dict[str, str]:
    """Give what a handshake gives to be kept, by name."""
    return {name: f"made-up-session-{name}" for call in _calls(spec) for name in call.keep}


class Guest:
    """A caller on one connection.

    Where its file says how the vendor tells that somebody is not known, every connection needs a
    handshake of its own; else whoever shows what any handshake brought is let in.
    """

    def __init__(self, spec: Spec, options: Mapping[str, str]) -> None:
        self._calls = _calls(spec)
        self._kept = kept(spec)
        self._values = {"options": dict(options), "session": self._kept}
        self._is_checked = any(map(_tells_who_is_unknown, spec.errors))
        self._steps = 0

    @property
    def is_in(self) -> bool:
        """Say whether it may call."""
        return not self._is_checked or self._steps == len(self._calls)

    def greet(self, received: Received) -> Answer | None:
        """Answer a call of the handshake; none if it is another.

        Raises ``ValueError`` where it does not show what it should.
        """
        for number, call in enumerate(self._calls):
            request = RpcRequest(method=call.method, params=call.params)
            if is_addressed(received, request):
                filled(received, request, self._values)
                self._steps = number + 1
                return Answer({"result": self._result(call)})
        return None

    def _result(self, call: HandshakeCall) -> Json:
        result: Json = {"welcome": True}
        for name, expression in call.keep.items():
            result = planted(expression, self._kept[name], None if expression == "@" else result)
        return result


def _calls(spec: Spec) -> tuple[HandshakeCall, ...]:
    transport = spec.transport
    return transport.handshake if isinstance(transport, JsonRpcWsTransport) else ()


def _tells_who_is_unknown(rule: ErrorRule) -> bool:
    return rule.is_ == "auth_failed" and rule.when.rpc_code is not None
