"""A recorded scenario of Canopsis, sent to the simulator step by step."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.vendors.canopsis_tape import Json, Player, cookies_set, headers_of, playing


@dataclass(frozen=True)
class Reply:
    """A reply, of the tape or of the simulator."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: Json
    cookies: list[str]

    @classmethod
    def of(cls, response: Json) -> "Reply":
        """Read a reply in the form of the tape."""
        headers = headers_of(response)
        content_type = headers["content-type"].partition(";")[0]
        return cls(
            response["status"], content_type, headers, response["body"], cookies_set(response)
        )

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Give the documents of a list."""
        sessions: list[dict[str, Any]] = self.body["sessions"]
        return sessions

    @property
    def names(self) -> list[str]:
        """Give the users of a list."""
        return sorted(session["username"] for session in self.sessions)


class Both(NamedTuple):
    """What was recorded, and what the simulator answers."""

    recorded: Reply
    ours: Reply

    @property
    def statuses(self) -> set[int]:
        """Give the statuses: one, where both are alike."""
        return {reply.status for reply in self}

    @property
    def counts(self) -> set[int]:
        """Give how many sessions are listed: one number, where both are alike."""
        return {len(reply.sessions) for reply in self}


class Tape:
    """A scenario that is played as far as it was asked for."""

    def __init__(self, player: Player, exchanges: Iterable[Json]) -> None:
        self._player = player
        self._rest = iter(exchanges)
        self._played: dict[int, Both] = {}

    async def step(self, number: int) -> Both:
        """Play up to a step."""
        while number not in self._played:
            exchange = next(self._rest)
            if exchange["note"] == "t=0":
                self._player.simulator.load([])  # The recorder emptied the store here.
            ours = Reply.of(await self._player.play(exchange))
            self._played[exchange["step"]] = Both(Reply.of(exchange["response"]), ours)
        return self._played[number]

    async def steps(self, *numbers: int) -> list[Both]:
        """Play up to the last of these."""
        return [await self.step(number) for number in numbers]


@asynccontextmanager
async def tape(name: str) -> AsyncIterator[Tape]:
    """Put in the tape of this name."""
    async with playing(name.removesuffix(".json")) as (player, exchanges):
        yield Tape(player, exchanges)
