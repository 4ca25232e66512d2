"""Sessions that a vendor listed before and lists no more: kept as ended, where it forgets them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from msgspec import Raw, structs

from gateway.federation.changes import Change
from gateway.model.session import Session, Status

Remake: TypeAlias = Callable[[Iterable[Raw], datetime], list[Session]]
"""Makes sessions of records, as of an instant; raises an upstream error where it cannot."""

MOST_VANISHED = 5_000
"""Sessions of a backend that are kept after they vanished, and at most so many are watched."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A session as it ended, and the record it was when it was seen last."""

    session: Session
    record: Raw
    missed_at: datetime
    """When the first list was asked for that lacked it."""


class VanishedSessions:
    """What has vanished of one backend's list, each for a time, and no more than so many."""

    def __init__(
        self, kept_for: timedelta | None, remake: Remake, *, most: int = MOST_VANISHED
    ) -> None:
        """Keep what vanished for so long; with none, keep nothing."""
        self._kept_for = kept_for
        self._remake = remake
        self._most = most
        self._seen: Mapping[str, bytes] = {}
        self._seen_at: datetime | None = None
        self._vanished: dict[str, Vanished] = {}

    @property
    def are_kept(self) -> bool:
        """Say whether anything is kept at all."""
        return self._kept_for is not None

    def note_write(self, change: Change) -> None:
        """Know a session as a write left it: the next list that lacks it tells no more of it."""
        if self.are_kept:
            session, record = change
            self._seen = self._watched({**self._seen, session.native_id: bytes(record)})

    def note_list(self, records: Mapping[str, bytes], as_of: datetime) -> None:
        """Miss what a whole list lacks that was seen, and let go of what it has again.

        A list that was asked for before the last one that is known tells nothing new. Raises an
        upstream error where a record that was a session is none any more.
        """
        if not self.are_kept or (self._seen_at is not None and as_of < self._seen_at):
            return
        missed = [Raw(self._seen[each]) for each in self._seen if each not in records]
        sessions = self._remake(missed, self._seen_at or as_of)
        for native_id in [each for each in self._vanished if each in records]:
            del self._vanished[native_id]
        for session, record in zip(sessions, missed, strict=True):
            self._vanished[session.native_id] = Vanished(_ended(session, as_of), record, as_of)
        self._seen, self._seen_at = self._watched(records), as_of

    def at(self, now: datetime) -> Sequence[Vanished]:
        """Give what is still kept at an instant, in the order in which it was missed."""
        if self._kept_for is not None:
            kept = [
                each for each in self._vanished.values() if now - each.missed_at < self._kept_for
            ]
            self._vanished = {each.session.native_id: each for each in kept[-self._most :]}
        return list(self._vanished.values())

    def _watched(self, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        return dict(islice(records.items(), self._most))


def _ended(session: Session, missed_at: datetime) -> Session:
    """Give a session as it ended, at the latest when it was missed; what the vendor told stays."""
    if session.status is Status.ENDED:
        return session
    ended_at = session.ended_at or _not_before(session.started_at, missed_at)
    is_ours = session.ended_at is None and ended_at is not None
    return structs.replace(
        session,
        status=Status.ENDED,
        ended_at=ended_at,
        duration_s=session.duration_s or _seconds(session.started_at, ended_at),
        inferred=(*session.inferred, "status", *(("ended_at",) if is_ours else ())),
    )


def _not_before(started_at: datetime | None, missed_at: datetime) -> datetime | None:
    """Give no end that would lie before the start: the clocks of vendors differ from ours."""
    return None if started_at is not None and missed_at < started_at else missed_at


def _seconds(started_at: datetime | None, ended_at: datetime | None) -> float | None:
    if started_at is None or ended_at is None:
        return None
    return (ended_at - started_at).total_seconds()
