"""What a gateway that was closed must leave behind: nothing. Linux only."""

import asyncio
import gc
import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_TURNS = 5
"""A transport that was aborted lets go of its socket in a later turn of the loop."""


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Watch a block: it may leave no task, no descriptor, and nothing for anybody to complain of.

    Complaints are what the loop tells its handler, such as an exception that was never retrieved,
    what the log of asyncio has, and warnings of what was not closed.
    """
    loop = asyncio.get_running_loop()
    complaints = _Complaints()
    heard_before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, told: complaints.said.append(repr(told)))
    logging.getLogger("asyncio").addHandler(complaints)
    tasks, descriptors = asyncio.all_tasks(), open_descriptors()
    gc.freeze()  # What was there before is not looked through: that takes a tenth of a second.
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ResourceWarning)
            yield
            await _settle()
    finally:
        gc.unfreeze()
        logging.getLogger("asyncio").removeHandler(complaints)
        loop.set_exception_handler(heard_before)
    unclosed = [str(each.message) for each in warned if each.category is ResourceWarning]
    running = [repr(task) for task in asyncio.all_tasks() - tasks]
    opened = [to for number, to in open_descriptors().items() if number not in descriptors]
    left = running + opened + complaints.said + unclosed
    assert not left, f"left behind: {left}"


def open_descriptors() -> dict[int, str]:
    """Name what this process holds open."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[int(entry.name)] = str(entry.readlink())
        except FileNotFoundError:  # the folder itself, which was open to be read
            continue
    return found


async def _settle() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    gc.collect()  # What nobody fetched or closed is told of when it is collected.
    await asyncio.sleep(0)


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a line."""
        self.said.append(record.getMessage())
