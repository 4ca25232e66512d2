"""What the federation asks of a store that several replicas share, and the one of who is alone.

A replica is any process that answers over the same backends. Whatever becomes of a store, nothing
is raised, and nobody waits for long: it then seems to hold nothing.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a replica has put there, which is of use for another ``left_s`` seconds."""

    body: bytes
    left_s: float


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Grant:
    """Leave to put something there, unless all that was read by then has been outdated meanwhile.

    With a ``token`` the others wait for it, until its holder lets go or loses sight of it.
    """

    epoch: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another replica is reading it. The epoch is that of a :class:`Grant`."""

    epoch: str


Look: TypeAlias = Parcel | Grant | Elsewhere | None
"""What is there: none where nothing can be, or it is not worth waiting for."""


class SharedStore(Protocol):
    """Holds bytes by a scope, which is a backend's and its credential's, and a name."""

    @property
    def is_up(self) -> bool:
        """Say whether there is anybody to share with."""

    async def look(self, scope: str, name: str, *, is_anew: bool = False) -> Look:
        """Give what is there, or leave to read it for all.

        If it ``is_anew`` what is there is of no use.
        """

    async def put(self, scope: str, name: str, body: bytes, for_s: float, grant: Grant) -> None:
        """Put something there for so many seconds, and let go."""

    async def let_go(self, scope: str, name: str, grant: Grant) -> None:
        """Keep nobody waiting any more."""

    async def outdate(self, scope: str) -> bool:
        """Make all of a scope of no use, and what is being read of it; say whether that is done."""

    def watch(self, scope: str, on_change: Callable[[], None]) -> None:
        """Have it told, soon, when another replica outdates a scope."""

    def unwatch(self, scope: str) -> None:
        """Have it told no more."""


class Alone:
    """The store of who shares with nobody."""

    is_up = False

    async def look(self, scope: str, name: str, *, is_anew: bool = False) -> Look:
        """Hold nothing."""

    async def put(self, scope: str, name: str, body: bytes, for_s: float, grant: Grant) -> None:
        """Keep nothing."""

    async def let_go(self, scope: str, name: str, grant: Grant) -> None:
        """Have nobody waiting."""

    async def outdate(self, scope: str) -> bool:  # noqa: ARG002  # it is so for every scope
        """Have nothing to outdate."""
        return True

    def watch(self, scope: str, on_change: Callable[[], None]) -> None:
        """Tell nothing."""

    def unwatch(self, scope: str) -> None:
        """Tell nothing."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an account is left alone, and for how long; ages and lengths are in seconds.

    ``kind`` is the name of the error's class. ``refused`` is how long ago log-ins were refused.
    """

    kind: str
    code: str
    left_s: float
    refused: tuple[float, ...] = ()
    refused_in_a_row: int = 0


class SharedTrouble(Protocol):
    """What replicas tell each other of the trouble with one account."""

    async def hear(self) -> Trouble | None:
        """Give what was told last, if it still matters."""

    async def tell(self, trouble: Trouble) -> None:
        """Tell the others."""

    def logging_in(self) -> AbstractAsyncContextManager[None]:
        """Wait, for a while, until nobody else is logging in, and keep the others waiting."""


class OwnTrouble:
    """The trouble of who shares with nobody."""

    async def hear(self) -> Trouble | None:
        """Hear nothing."""

    async def tell(self, trouble: Trouble) -> None:
        """Tell nobody."""

    def logging_in(self) -> AbstractAsyncContextManager[None]:
        """Wait for nobody."""
        return nullcontext()
