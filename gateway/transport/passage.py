"""A request on its way to a vendor and back, as it is counted."""

import time
from types import TracebackType
from typing import Self

from gateway.figures.backends import CANCELLED, OK, Traffic
from gateway.spi import UpstreamError
from gateway.spi.transport import RpcError

_OTHER = "other"
_RPC_ERROR = "rpc_error"


class Passage:
    """Counts one request by what came of it, unless it never got its turn."""

    __slots__ = ("_begun", "_outcome", "_traffic")

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._begun: float | None = None
        self._outcome = OK

    def begin(self) -> None:
        """Note that the request has got its turn, and goes out now."""
        self._begun = time.perf_counter()

    def note_status(self, status: int) -> None:
        """Note that a reply has come, and its status."""
        kind = status // 100
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


def _outcome(error: BaseException) -> str:
    match error:
        case UpstreamError():
            return error.code.value
        case RpcError():
            return _RPC_ERROR
    return CANCELLED
