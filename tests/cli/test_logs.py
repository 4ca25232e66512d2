"""Log lines hold nothing that a terminal would obey, or that would be taken for another line."""

import logging
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.logs import LegibleFormatter

FORMATTER = LegibleFormatter("%(levelname)s %(name)s: %(message)s")


def record(message: str, *values: object, is_bug: bool = False) -> logging.LogRecord:
    error = sys.exc_info() if is_bug else None
    return logging.LogRecord("gateway", logging.INFO, __file__, 1, message, values, error)


@given(st.text())
def test_whatever_an_event_tells_is_one_line_of_what_can_be_seen(text: str) -> None:
    line = FORMATTER.format(record("said %s", text))

    assert line.startswith("INFO gateway: said ")
    assert len(line.splitlines()) == 1
    assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text", ["a\nINFO gateway: forged", "a\r\x1b[2Jb", "a\u202eb", "a\x00"])
def test_what_a_terminal_would_obey_is_written_as_its_escape(text: str) -> None:
    line = FORMATTER.format(record("%s", text))

    assert line == f"INFO gateway: {text.encode('unicode_escape').decode()}"


@given(st.lists(st.floats(0, 4e9), max_size=5), st.floats(0, 3))
def test_the_time_of_an_event_is_told_as_the_library_does(
    instants: list[float], since: float
) -> None:
    library = logging.Formatter("%(asctime)s")
    ours = LegibleFormatter("%(asctime)s")
    created = [each for at in instants for each in (at, at + since)]
    events = [record("said") for _ in created]
    for event, at in zip(events, created, strict=True):
        event.created, event.msecs = at, int(at % 1 * 1000) + 0.0

    assert [*map(ours.format, events)] == [*map(library.format, events)]


def broken(words: str) -> None:
    raise ValueError(words)


def test_a_traceback_keeps_its_lines_and_no_more() -> None:
    try:
        broken("bad\x1b[2J")
    except ValueError:
        text = FORMATTER.format(record("broke", is_bug=True))

    first, second, *_, last = text.splitlines()
    assert (first, second) == ("INFO gateway: broke", "Traceback (most recent call last):")
    assert last == "ValueError: bad\\x1b[2J"
