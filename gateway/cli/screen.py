"""Standard output: whether a person sees it, how wide it is, and writing to it."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
import msgspec

from gateway.cli.table import Paint, Table, lines, plain

ERASE = "\r\x1b[K"
"""What a terminal takes for an order to forget the line it is on."""

_COLOURS = {
    **dict.fromkeys(("active", "ok"), "green"),
    **dict.fromkeys(("partial", "stale"), "yellow"),
    "failed": "red",
}
"""Of single words, wherever they are the whole of a cell."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What the output is. ``width`` is in cells, none where it is no terminal."""

    width: int | None = None
    is_colourful: bool = False

    @classmethod
    def of_output(cls) -> "Screen":
        """Look at standard output; ``NO_COLOR`` is heeded, and ``COLUMNS``."""
        if not sys.stdout.isatty():
            return cls()
        is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return cls(shutil.get_terminal_size().columns, not is_plain)

    def show(self, table: Table) -> None:
        """Write a table."""
        shown = lines(table, self.width, self._paint())
        if self.is_colourful:
            shown[0] = click.style(shown[0], bold=True)
        encoding = sys.stdout.encoding
        write("".join(f"{line}\n" for line in shown).encode(encoding, "replace"))

    def _paint(self) -> Paint:
        return _painted if self.is_colourful else plain


def write(content: bytes) -> None:
    """Write to standard output at once, from within a task.

    Ctrl-C ends the waiting for somebody who does not read.
    """
    rest = memoryview(content)
    with _interruptible():
        while rest:
            # Where Python does not buffer, a write ends early when a signal comes.
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()


def write_document(document: object) -> None:
    """Write a document as JSON: for a person with indents, else as the front door does."""
    text = msgspec.json.encode(document)
    write((msgspec.json.format(text, indent=2) if sys.stdout.isatty() else text) + b"\n")


def tell(sentences: Iterable[str]) -> None:
    """Say something about the output, where the output is not."""
    for sentence in sentences:
        click.echo(sentence, err=True)


def forget_output() -> None:
    """Drop what was not written yet, so that nobody has to read it for the process to end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _painted(_: int, text: str) -> str:
    return click.style(text, fg=_COLOURS[text]) if text in _COLOURS else text


@contextmanager
def _interruptible() -> Iterator[None]:
    # The loop's own handler asks the loop to stop, which cannot while it waits for this write.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _stop_if_asked_before()
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop_if_asked_before() -> None:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
