"""Whatever an adapter raises, as an error of the closed set."""

import asyncio
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.model.report import ErrorCode
from gateway.spi.errors import BadAnswer, TryAgainLater, UpstreamError


@contextmanager
def translated() -> Iterator[None]:
    """Raise an error of the closed set for whatever an adapter raises.

    What was under way when anything else broke may have reached the vendor.
    """
    try:
        yield
    except UpstreamError:
        raise
    except asyncio.CancelledError:
        if _is_being_cancelled():
            raise
        reset = TryAgainLater(ErrorCode.RESET, "broken off by nobody who asked")
        reset.has_been_sent = True
        raise reset from None
    except Exception as error:  # the one place: an adapter's bug costs its backend, never the page
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} at {where.filename}:{where.lineno}"
        bug = BadAnswer(ErrorCode.UPSTREAM_ERROR, message)
        bug.has_been_sent = True
        raise bug from error


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
