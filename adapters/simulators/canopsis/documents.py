"""What a Canopsis server stores: a document for each stretch of presence of a log-in."""

import base64
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from adapters.simulators.world import Stay, World

_PING_SECONDS = 120  # the vendor's own web client

_VIEW = (
    "/view/da7ac9b9-db1c-4435-a1f2-edb4d6be4db8",
    "view-tab_edd5855b-54f1-4c51-9550-d88c2da60768",
)
_PAGE = ("/exploitation/pbehaviors",)
# What people look at from ping to ping; none is a window in the background.
_HABITS: dict[str, tuple[tuple[str, ...] | None, ...]] = {
    "one view": (_VIEW,),
    "one page": (_PAGE,),
    "both": (_VIEW, _PAGE),
    "elsewhere": (None,),
}


class Document(msgspec.Struct, kw_only=True):
    """One stored document, in the vendor's words and in whole seconds since 1970."""

    id: str = msgspec.field(name="_id")
    id_beaker_session: str
    username: str
    start: int
    last_ping: int
    last_visible_ping: int
    # Nothing seen yet is the text "None" (final-03, step 3); a client's text stays (final-05, 4).
    last_visible_path: Sequence[str] | str = "None"
    visible_duration: int = 0
    tab_duration: dict[str, int | dict[str, int]] = msgspec.field(default_factory=dict)

    def is_active(self, since: int) -> bool:
        """Say whether ``active=true`` finds it, where a ping since then counts.

        Both bounds are strict, so that for one second neither does (final-07, steps 8 and 9).
        """
        return self.last_ping > since

    def is_inactive(self, since: int) -> bool:
        """Say whether ``active=false`` finds it."""
        return self.last_ping < since

    def ping(self, now: int) -> None:
        """Note a sign of life in the background: nothing else moves (final-03, step 5)."""
        self.last_ping = now

    def visit(self, path: Sequence[str], now: int, *, takes_dots: bool = True) -> None:
        """Count the time since the last ping to the path named now (final-03, steps 4 to 10).

        What cannot be counted is an error, and changes nothing (final-05, steps 9 to 16); but
        dots break the store when it is half done (15 and 19).
        """
        spent = now - self.last_ping
        breaks = not takes_dots and "." in "".join(path)
        if not breaks:
            self._count(path, spent)
        self.visible_duration += spent
        self.last_visible_path = path
        self.last_ping = self.last_visible_ping = now
        if breaks:
            raise ValueError("a name with a dot")

    def _count(self, path: Sequence[str], spent: int) -> None:
        view = path[0]
        match path, self.tab_duration.get(view):
            case [_, tab], dict() as tabs:
                tabs[tab] = tabs.get(tab, 0) + spent
            case [_, tab], None:
                self.tab_duration[view] = {tab: spent}
            case _, int() | None as seconds:
                self.tab_duration[view] = (seconds or 0) + spent
            case _:
                raise TypeError("a view counted by tab is not counted as a whole")


class Documents:
    """The collection: in the order of insertion, which is not always that of starts."""

    def __init__(self, world: World, seed: int, alive_seconds: int) -> None:
        self._alive_seconds = alive_seconds
        self._news = world.watch()
        self._chance = random.Random(f"{seed}-documents")
        self._inserted: dict[str, Document] = {}
        self._by_stay: dict[int, Document] = {}
        self._present: dict[int, Stay] = {}
        self._latest: dict[str, tuple[Stay, Document]] = {}

    def load(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Hold these documents alone: from now on only callers add to them."""
        self._news = list  # of nobody
        self._present = {}
        converted = [msgspec.convert(document, Document) for document in documents]
        self._inserted = {document.id: document for document in converted}

    def all(self, now: int) -> list[Document]:
        """Give every document as it is by now."""
        for change in self._news():
            if change.is_deletion:
                self._forget(change.stay)
            else:
                self._arrive(change.stay)
        for stay in list(self._present.values()):
            _live(stay, self._by_stay[stay.number], now)
            if _second(stay.end) <= now:
                del self._present[stay.number]
        return list(self._inserted.values())

    def active(self, identity: str, now: int) -> Document | None:
        """Give the active document of a log-in (final-03, step 2)."""
        since = now - self._alive_seconds
        for document in self.all(now):
            if document.id_beaker_session == identity and document.is_active(since):
                return document
        return None

    def insert(self, username: str, identity: str, start: int) -> Document:
        """Begin a document (final-03, step 14)."""
        document = Document(
            id=str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
            id_beaker_session=identity,
            username=username,
            start=start,
            last_ping=start,
            last_visible_ping=start,
        )
        self._inserted[document.id] = document
        return document

    def _arrive(self, stay: Stay) -> None:
        document = self.insert(stay.person.login, self._identity(stay), _second(stay.start))
        self._by_stay[stay.number] = document
        self._present[stay.number] = stay
        self._latest[stay.person.login] = stay, document

    def _forget(self, stay: Stay) -> None:
        del self._inserted[self._by_stay.pop(stay.number).id]
        self._present.pop(stay.number, None)

    def _identity(self, stay: Stay) -> str:
        """Now and then a browser was left open: its next document has the same identity."""
        start = _second(stay.start)
        if stay.number % 3 == 0 and stay.person.login in self._latest:
            before, document = self._latest[stay.person.login]
            if _second(before.end) + self._alive_seconds < start:
                return document.id_beaker_session
        # Logged in a little before, and never twice in one second: that would be one document.
        return identity_of(stay.person.login, start - stay.number % 60)


def identity_of(username: str, login_second: int) -> str:
    """Name a log-in as the server does (final-09); it cannot beyond ASCII (final-10)."""
    return base64.b64encode(f"{username}_{login_second}".encode("ascii")).decode()


def _live(stay: Stay, document: Document, now: int) -> None:
    """Ping from the start on, as long as the stay lasts."""
    habit = _HABITS[stay.choose(*_HABITS)]
    until = min(now, _second(stay.end))
    for at in range(document.last_ping + _PING_SECONDS, until + 1, _PING_SECONDS):
        path = habit[(at - document.start) // _PING_SECONDS % len(habit)]
        if path is None:
            document.ping(at)
        else:
            document.visit(path, at)


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
