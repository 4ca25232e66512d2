"""A request on its way to a vendor and back, as it is counted."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from gateway.figures.backends import CANCELLED, OK, Traffic
from gateway.spans import Span, Told, part
from gateway.spi import UpstreamError
from gateway.spi.transport import RpcError

_OTHER = "other"
_RPC_ERROR = "rpc_error"


class Passage:
    """Counts one request by what came of it, unless it never got its turn; traces it, too."""

    __slots__ = ("_begun", "_name", "_outcome", "_span", "_told", "_traffic")

    def __init__(self, traffic: Traffic, name: str, told: Mapping[str, Told]) -> None:
        """Take how it is called where it is traced, and what is told of it there."""
        self._traffic = traffic
        self._name = name
        self._told = told
        self._begun: float | None = None
        self._outcome = OK
        self._span: Span | None = None

    @property
    def trace_headers(self) -> Mapping[str, str]:
        """Give what tells the vendor of the trace, if there is one."""
        return {} if self._span is None else {"traceparent": self._span.traceparent}

    def begin(self) -> None:
        """Note that the request has got its turn, and goes out now."""
        self._begun = time.perf_counter()
        self._span = part(self._name, self._told, is_outward=True)

    def note_status(self, status: int) -> None:
        """Note that a reply has come, and its status."""
        kind = status // 100
        if self._span is not None:
            self._span.tell("http.response.status_code", status)
        self._outcome = f"{kind}xx" if 1 <= kind <= 5 else _OTHER  # noqa: PLR2004  # RFC 9110, 15

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._begun is None:
            return
        outcome = self._outcome if error is None else _outcome(error)
        self._traffic.requests[outcome] += 1
        self._traffic.seconds.note(time.perf_counter() - self._begun)
        if self._span is not None:
            if error is not None:
                self._span.fail(outcome)
            self._span.end()


def _outcome(error: BaseException) -> str:
    match error:
        case UpstreamError():
            return error.code.value
        case RpcError():
            return _RPC_ERROR
    return CANCELLED
