"""Calls are remembered by their keys, across processes and their ends."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.state.idempotency import Claim, IdempotencyRecords, StateError, StoredAnswer
from tests.support.adapters import noon

KEY, BODY = b"key", b"body"
ANSWER = StoredAnswer(201, "application/json", "/v1/sessions/a:1", b'{"data": 1}')

CLAIMING = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from gateway.state.idempotency import IdempotencyRecords

async def main():
    records = IdempotencyRecords(Path(sys.argv[1]), lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    await records.open()
    print((await records.claim(b"key", b"body")).value, flush=True)
    input()
    os._exit(9)

asyncio.run(main())
"""


def names(folder: Path) -> list[str]:
    """Name the files of a folder."""
    return [file.name for file in folder.iterdir()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[IdempotencyRecords]:
    records = IdempotencyRecords(folder, noon)
    await records.open()
    try:
        yield records
    finally:
        await records.close()


async def test_a_key_is_claimed_once_and_answers_from_then_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as records:
        first = await records.claim(KEY, BODY)
        running = await records.claim(KEY, BODY)
        await records.finish(KEY, ANSWER)
        done = await records.claim(KEY, BODY)
        other = await records.claim(KEY, b"another body")

    assert (first, running) == (Claim.OURS, Claim.RUNNING)
    assert (done, other) == (ANSWER, Claim.OTHER_BODY)


async def test_a_released_key_may_be_claimed_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as records:
        await records.claim(KEY, BODY)
        await records.release(KEY)
        again = await records.claim(KEY, b"another body")

    assert again is Claim.OURS


async def test_a_process_that_is_killed_leaves_its_calls_abandoned(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIMING, str(tmp_path)]
    async with opened(tmp_path) as records:
        with subprocess.Popen(  # noqa: S603, ASYNC220  # our own interpreter; it is waited for
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            claimed = other.stdout.readline().strip()
            meanwhile = await records.claim(KEY, BODY)
            other.communicate("\n")
        afterwards = await records.claim(KEY, BODY)

    assert claimed == "ours"
    assert (meanwhile, afterwards) == (Claim.RUNNING, Claim.ABANDONED)


async def test_a_process_that_ended_leaves_nothing_behind_but_its_records(tmp_path: Path) -> None:
    async with opened(tmp_path) as records:
        await records.claim(KEY, BODY)
    async with opened(tmp_path) as records:
        found = await records.claim(KEY, BODY)

    assert found is Claim.ABANDONED
    assert names(tmp_path) == ["idempotency.sqlite"]


async def test_what_killed_processes_left_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / "0123456789abcdef.alive").touch()

    async with opened(tmp_path):
        alive = [name for name in names(tmp_path) if name.endswith(".alive")]

    assert len(alive) == 1


async def test_permissions_that_were_too_wide_are_narrowed(tmp_path: Path) -> None:
    (tmp_path / "idempotency.sqlite").touch(0o666)

    async with opened(tmp_path):
        mode = (tmp_path / "idempotency.sqlite").stat().st_mode

    assert mode & 0o777 == 0o600


async def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "idempotency.sqlite").write_bytes(b"not a database" * 100)
    records = IdempotencyRecords(tmp_path, noon)

    with pytest.raises(StateError) as caught:
        await records.open()

    assert str(tmp_path) in str(caught.value)


async def test_a_folder_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(StateError):
        await IdempotencyRecords(tmp_path / "gone", noon).open()
