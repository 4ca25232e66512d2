"""Whatever an adapter raises, as an error of the closed set."""

import asyncio
from contextlib import AbstractContextManager
from traceback import extract_tb
from types import TracebackType

from gateway.model.report import ErrorCode
from gateway.spi.errors import BadAnswer, TryAgainLater, UpstreamError


def translated() -> AbstractContextManager[None]:
    """Raise an error of the closed set for whatever an adapter raises.

    What was under way when anything else broke may have reached the vendor.
    """
    return _TRANSLATED


class _Translated(AbstractContextManager[None]):
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        match error:
            case None | UpstreamError():
                return
            case asyncio.CancelledError() if not _is_being_cancelled():
                reset = TryAgainLater(ErrorCode.RESET, "broken off by nobody who asked")
                reset.has_been_sent = True
                raise reset from None
            case Exception():  # the one place: an adapter's bug costs its backend, never the page
                where = extract_tb(error.__traceback__)[-1]
                message = f"{type(error).__name__} at {where.filename}:{where.lineno}"
                bug = BadAnswer(ErrorCode.UPSTREAM_ERROR, message)
                bug.has_been_sent = True
                raise bug from error


_TRANSLATED = _Translated()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
