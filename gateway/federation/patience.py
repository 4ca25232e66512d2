"""How long whoever waits for an answer will wait: handed down to all that is done for them.

A context's own, as a deadline concerns whatever is awaited under it, however deep.
"""

import asyncio
import contextvars
import math
from collections.abc import Coroutine
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar
from weakref import WeakSet

T = TypeVar("T")


@dataclass(slots=True, eq=False, weakref_slot=True)
class Patience:
    """From when to when somebody waits, on the loop's clock. It grows as others join them.

    So does that of all they joined, however deep they work for them.
    """

    begun: float = -math.inf
    until: float = math.inf
    joined: "WeakSet[Patience]" = field(default_factory=WeakSet, init=False, repr=False)
    """Those that it has joined, which are to grow as it does."""

    def left(self) -> float:
        """Give the seconds that are left: endless ones where nobody said until when."""
        return max(0.0, self.until - asyncio.get_running_loop().time())

    def left_share(self) -> float:
        """Give the share of the time that is left."""
        if math.isinf(self.until):
            return 1.0
        return self.left() / max(self.until - self.begun, 1e-6)

    def join(self, other: "Patience") -> None:
        """Wait as long as another that joins, now and whenever it has grown."""
        other.joined.add(self)
        if other.until > self.until:
            self.begun, self.until = other.begun, other.until
            for each in list(self.joined):
                each.join(self)


_current: ContextVar[Patience | None] = ContextVar("who waits until when", default=None)


def patience() -> Patience:
    """Give the patience of those for whom the running task works; that of nobody is endless."""
    return _current.get() or Patience()


class Waiting:
    """Does all that is done in a block for somebody who waits until then."""

    __slots__ = ("_patience", "_token")

    def __init__(self, begun: float, until: float) -> None:
        self._patience = Patience(begun, until)

    def __enter__(self) -> None:
        self._token: Token[Patience | None] = _current.set(self._patience)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _current.reset(self._token)


def task_for(whoever: Patience, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start work that is done for others than those the running task works for."""
    context = contextvars.copy_context()
    context.run(_current.set, whoever)
    return asyncio.create_task(work, context=context)
