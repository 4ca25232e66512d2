"""What somebody gives to have an adapter tested: the adapter, and a fake vendor it talks to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias

from gateway.spi.abilities import Operation
from gateway.spi.adapter import SessionAdapter

Clock: TypeAlias = Callable[[], datetime]


class HeldSession(Protocol):
    """What the vendor holds of one session, in canonical words: told by the fake, not read."""

    @property
    def native_id(self) -> str:
        """The vendor's own id, as text."""

    @property
    def started_at(self) -> datetime | None:
        """When it started, aware; none where the vendor does not tell."""

    @property
    def status(self) -> str:
        """``active``, ``ended`` or ``unknown``."""


class FakeVendor(Protocol):
    """A server on a loopback port that answers as the vendor does, in all its oddity.

    It should hold what is awkward: equal starts, missing values, people with odd names.
    """

    async def start(self) -> str:
        """Listen on a free port and give the address, such as ``http://127.0.0.1:41234``."""

    async def stop(self) -> None:
        """Stop listening and drop all connections."""

    def options(self, address: str) -> Mapping[str, object]:
        """Give the options with which the adapter reaches it at that address."""

    def held(self) -> Collection[HeldSession]:
        """Give every session that a list without filters would bring now."""

    def insert(self) -> None:
        """Let one more session be held: at times the newest, at times one between others."""

    def delete(self, native_id: str) -> None:
        """Let a session be held no longer."""


@dataclass(frozen=True, slots=True)
class WriteExample:
    """A write that goes through: the fields it names, and the session it is done to.

    Without a ``target`` it is done to a session that was created just before.
    """

    fields: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    target: Callable[[Collection[HeldSession]], str] | None = None


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """An adapter, a fake vendor, and what the laws cannot know of them.

    ``vendor`` makes a fake of about so many sessions. ``capped`` makes one that gives fewer rows a
    page than it is asked for, where the vendor has pages. ``writes`` has an example of each write
    the adapter declares. ``samples`` are real records. ``excused`` names checks, as ``L4.capped``,
    that cannot hold, each with the reason: it is printed, and an excuse that is not needed fails.
    """

    adapter: type[SessionAdapter[Any]]
    vendor: Callable[[int], FakeVendor]
    capped: Callable[[int], FakeVendor] | None = None
    clock: Clock = utc_now
    rows: int = 23
    writes: Mapping[Operation, WriteExample] = field(default_factory=dict)
    samples: Sequence[bytes] = ()
    excused: Mapping[str, str] = field(default_factory=dict)
