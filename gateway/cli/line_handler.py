"""Writing log lines: events as they happen, and the many of calls a few at a time.

To write a line down takes a good part of what it takes to answer a call whose answer is kept, and
half as much where several are written one after the other.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from select import PIPE_BUF
from typing import TextIO

from gateway.web.tracing import current

HOLD_SECONDS = 0.05
"""For how long a line of a call waits for others, at most."""


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes lines in the order in which they are told.

    Those of one logger, of which there are ``many``, wait for a moment as long as they are no
    warnings, where a loop runs that writes them in time. Whatever else is told takes them along,
    and so does the end of logging. What was served when a line was told is its ``identity``.
    """

    def __init__(self, stream: TextIO, many: str) -> None:
        """Take the name of the logger that tells many lines."""
        super().__init__(stream)
        self._many = many
        self._held: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or hold it."""
        record.identity = current()
        self._held.append(record)
        if not self._may_wait(record):
            self.flush()

    def flush(self) -> None:
        """Write all that is held."""
        self.acquire()
        try:
            held, self._held = self._held, []
            if held:
                self._write(held)
        finally:
            self.release()

    def _may_wait(self, record: logging.LogRecord) -> bool:
        if record.name != self._many or record.levelno >= logging.WARNING:
            return False
        if len(self._held) > 1:  # The first of them has asked for all to be written.
            return True
        try:
            asyncio.get_running_loop().call_later(HOLD_SECONDS, self.flush)
        except RuntimeError:
            return False
        return True

    def _write(self, records: list[logging.LogRecord]) -> None:
        for lines in _whole(map(self._line, records)):
            try:
                self.stream.write(lines)
                super().flush()
            except Exception:  # noqa: BLE001  # The library's way with what cannot be written.
                self.handleError(records[-1])

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record) + self.terminator
        except Exception:  # noqa: BLE001  # One that cannot be laid out costs no other.
            self.handleError(record)
            return ""


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Join lines as long as a pipe takes them in one piece: several workers may write to it."""
    joined, size = "", 0
    for line in lines:
        length = len(line.encode(errors="replace"))
        if joined and size + length > PIPE_BUF:
            yield joined
            joined, size = "", 0
        joined, size = joined + line, size + length
    if joined:
        yield joined
