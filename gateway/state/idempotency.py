"""Which calls were begun under a key, and what was answered: in one SQLite file, for a day."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from gateway.state.liveness import Liveness

KEPT_FOR = timedelta(hours=24)

_FILE = "idempotency.sqlite"
_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    key BLOB PRIMARY KEY,
    body BLOB NOT NULL,
    owner TEXT NOT NULL,
    begun REAL NOT NULL,
    status INTEGER,
    content_type TEXT,
    location TEXT,
    answer BLOB
);
CREATE INDEX IF NOT EXISTS calls_begun ON calls (begun);
"""

_SOUGHT = "SELECT body, owner, status, content_type, location, answer FROM calls WHERE key = ?"

T = TypeVar("T")


class StateError(Exception):
    """What is to be remembered cannot be. The message is for the log and the operator."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it is given again."""

    status: int
    content_type: str
    location: str | None
    body: bytes


class Claim(Enum):
    """What is known of a call that was not answered under its key."""

    OURS = "ours"
    """It is new, and recorded: whoever claimed it carries it out."""
    RUNNING = "running"
    OTHER_BODY = "other_body"
    ABANDONED = "abandoned"
    """The process that carried it out has ended, and nobody knows how far it came."""


Found: TypeAlias = Claim | StoredAnswer


class CallRecords(Protocol):
    """Calls by their keys, as digests. Every method raises :class:`StateError` where it cannot."""

    async def open(self) -> None:
        """Get ready."""

    async def close(self) -> None:
        """Let go. Calls that are recorded as running were abandoned."""

    async def claim(self, key: bytes, body: bytes) -> Found:
        """Record that a call begins, unless one has under the same key."""

    async def finish(self, key: bytes, answer: StoredAnswer) -> None:
        """Record what was answered."""

    async def release(self, key: bytes) -> None:
        """Forget a call by which nothing was done."""


class IdempotencyRecords:
    """The calls of the last day by their keys, shared by all processes that use the folder.

    Keys and bodies are given as digests. Every method but the constructor raises
    :class:`StateError` where the file cannot be used.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """Open nothing yet."""
        self._folder = folder
        self._clock = clock
        # One thread: a connection is used by one at a time, and the loop waits for no disk.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="idempotency")

    async def open(self) -> None:
        """Open the file, or make it."""
        await self._run(self._open)

    async def close(self) -> None:
        """Close the file. Calls that are recorded as running were abandoned."""
        await self._run(self._close)
        self._thread.shutdown()

    async def claim(self, key: bytes, body: bytes) -> Found:
        """Record that a call begins, unless one has under the same key."""
        return await self._run(lambda: self._claim(key, body))

    async def finish(self, key: bytes, answer: StoredAnswer) -> None:
        """Record what was answered."""
        row = (answer.status, answer.content_type, answer.location, answer.body, key)
        await self._run(
            lambda: self._connection.execute(
                "UPDATE calls SET status = ?, content_type = ?, location = ?, answer = ?"
                " WHERE key = ?",
                row,
            )
        )

    async def release(self, key: bytes) -> None:
        """Forget a call by which nothing was done."""
        await self._run(lambda: self._connection.execute("DELETE FROM calls WHERE key = ?", (key,)))

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise StateError(f"{self._folder}: {type(error).__name__}: {error}") from error

    def _open(self) -> None:
        self._liveness = Liveness(self._folder)
        file = self._folder / _FILE
        # SQLite gives the files that it puts beside this one the same permissions.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        file.chmod(0o600)
        self._connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        # Records are looked up by their keys, and rarely twice: what SQLite keeps of the file would
        # only grow, for hours, up to eight times as much.
        self._connection.execute("PRAGMA cache_size = -256")
        self._connection.executescript(_SCHEMA)

    def _close(self) -> None:
        self._connection.close()
        self._liveness.close()

    def _claim(self, key: bytes, body: bytes) -> Found:
        now = self._clock().timestamp()
        with self._transaction() as execute:
            execute("DELETE FROM calls WHERE begun <= ?", (now - KEPT_FOR.total_seconds(),))
            taken = execute(_SOUGHT, (key,)).fetchone()
            if taken is not None:
                return self._found(taken, body)
            execute(
                "INSERT INTO calls (key, body, owner, begun) VALUES (?, ?, ?, ?)",
                (key, body, self._liveness.name, now),
            )
        return Claim.OURS

    def _found(self, row: tuple[object, ...], body: bytes) -> Found:
        of_body, owner, status, content_type, location, answer = row
        if of_body != body:
            return Claim.OTHER_BODY
        if status is None:
            is_running = self._liveness.is_alive(str(owner))
            return Claim.RUNNING if is_running else Claim.ABANDONED
        return StoredAnswer(status, content_type, location, answer)  # type: ignore[arg-type]  # as stored

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """Keep other processes from writing between what is read and what is written."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor.execute
            finally:
                cursor.execute("COMMIT")
