"""Log lines come in order, those of calls a moment later, and none is lost."""

import asyncio
import io
import logging
from collections.abc import Sequence
from select import PIPE_BUF

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.line_handler import LineHandler

CALLS, EVENTS = "calls", "events"


class Stream(io.StringIO):
    """Says when something is written."""

    def __init__(self) -> None:
        super().__init__()
        self.is_written = asyncio.Event()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.is_written.set()
        self.writes.append(text)
        return super().write(text)


class BrokenStream(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError("nobody reads")


def record(
    message: str, name: str = CALLS, level: int = logging.INFO, values: Sequence[object] = ()
) -> logging.LogRecord:
    return logging.LogRecord(name, level, __file__, 1, message, tuple(values), None)


def handler_to(stream: io.StringIO) -> LineHandler:
    return LineHandler(stream, many=CALLS)


async def test_lines_of_calls_are_written_together_and_in_time() -> None:
    stream = Stream()
    handler = handler_to(stream)

    handler.handle(record("one"))
    handler.handle(record("two"))
    assert stream.writes == []
    await asyncio.wait_for(stream.is_written.wait(), 10)

    assert stream.writes == ["one\ntwo\n"]


async def test_what_comes_after_they_were_written_is_written_in_time_too() -> None:
    stream = Stream()
    handler = handler_to(stream)

    for line in ("one", "two"):
        stream.is_written.clear()
        handler.handle(record(line))
        await asyncio.wait_for(stream.is_written.wait(), 10)

    assert stream.writes == ["one\n", "two\n"]


@pytest.mark.parametrize(
    ("name", "level"), [(EVENTS, logging.INFO), (CALLS, logging.WARNING), (CALLS, logging.ERROR)]
)
async def test_whatever_else_is_told_is_written_at_once_behind_them(name: str, level: int) -> None:
    stream = Stream()
    handler = handler_to(stream)

    handler.handle(record("a call"))
    handler.handle(record("an event", name, level))

    assert stream.getvalue() == "a call\nan event\n"


def test_without_a_loop_every_line_is_written_at_once() -> None:
    stream = io.StringIO()
    handler = handler_to(stream)

    handler.handle(record("a call"))

    assert stream.getvalue() == "a call\n"


@given(st.lists(st.sampled_from([CALLS, EVENTS])))
def test_the_end_of_logging_writes_what_is_held_and_all_is_in_order(names: list[str]) -> None:
    stream = io.StringIO()

    async def tell() -> None:
        handler = handler_to(stream)
        for number, name in enumerate(names):
            handler.handle(record(f"{number}", name))
        handler.flush()
        handler.close()

    asyncio.run(tell())

    assert stream.getvalue().split() == [f"{number}" for number in range(len(names))]


async def test_a_line_that_cannot_be_laid_out_costs_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    handler = handler_to(stream)

    handler.handle(record("one"))
    handler.handle(record("%d", values=["no number"]))
    handler.handle(record("three"))
    handler.flush()

    assert stream.getvalue() == "one\nthree\n"
    assert "Logging error" in capsys.readouterr().err


async def test_a_stream_that_nobody_reads_breaks_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = handler_to(BrokenStream())

    handler.handle(record("an event", EVENTS))

    assert "nobody reads" in capsys.readouterr().err


async def test_what_is_written_at_once_is_no_more_than_a_pipe_takes_in_one_piece() -> None:
    stream = Stream()
    handler = handler_to(stream)
    messages = [f"{n} " + "ä" * (n * 37 % 900) for n in range(100)]

    for message in messages:
        handler.handle(record(message))
    handler.flush()

    assert stream.getvalue() == "".join(f"{message}\n" for message in messages)
    assert 1 < len(stream.writes) < len(messages)
    assert all(len(written.encode()) <= PIPE_BUF for written in stream.writes)
