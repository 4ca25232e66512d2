"""The built gateway, which tells once a second what it holds, and what held its loop up.

It reads its vendors as one line of JSON, prints where it serves, and then a line of JSON a second.
It serves until its input ends. Linux only.
"""

import asyncio
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from gateway.app.allocation import give_back_large_blocks
from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.cli.serve import started
from gateway.cli.serving_logs import log_serving
from gateway.config import AuthSettings, ServerSettings, Settings
from gateway.config.settings import Action, CacheSettings
from gateway.spi import Operation
from tests.support.gateway import backend, settings_for
from tests.web.writing import AUTH, key

_TICK_SECONDS = 0.005
_LONG_SECONDS = 0.03
_FRAMES = 5
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Sample:
    """What the process holds, and for how many milliseconds its loop was held at most since.

    ``blocks`` are the pieces of memory that Python's objects take, whatever is resident for them.
    """

    resident_mb: float
    blocks: int
    tasks: int
    descriptors: int
    connections: int
    held_ms: float
    where: str


class Lateness:
    """For how long the loop was held, and where a thread beside it found it then.

    That is how late it was, but no more than it has worked meanwhile: while the system has others
    work it is late, and held by nothing that is done here.
    """

    def __init__(self) -> None:
        self._loop_thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._loop_thread)
        self._worst = 0.0
        self._where = ""
        self._worst_seen = 0.0
        self._note_tick()

    async def tick(self) -> None:
        """Say again and again that the loop goes on."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._worst = max(self._worst, self._held())
            self._note_tick()

    def _note_tick(self) -> None:
        self._ticked, self._worked = time.monotonic(), time.clock_gettime(self._clock)

    def _held(self) -> float:
        late = time.monotonic() - self._ticked - _TICK_SECONDS
        return min(late, time.clock_gettime(self._clock) - self._worked)

    def watch(self) -> None:
        """Look where the loop is whenever it does not go on."""
        while True:
            time.sleep(_TICK_SECONDS)
            held = self._held()
            if held > max(_LONG_SECONDS, self._worst_seen):
                self._worst_seen = held
                frame = sys._current_frames()[self._loop_thread]  # noqa: SLF001  # there is no other way
                self._where = " < ".join(_places(frame))

    def taken(self) -> tuple[float, str]:
        """Give the worst since the last time."""
        worst, where = self._worst, self._where
        self._worst = self._worst_seen = 0.0
        self._where = ""
        return worst, where


def sample(lateness: Lateness) -> Sample:
    """Look at this process."""
    worst, where = lateness.taken()
    opened = [_opened(entry) for entry in Path("/proc/self/fd").iterdir()]
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Sample(
        resident * _PAGE_BYTES / 2**20,
        sys.getallocatedblocks(),
        len(asyncio.all_tasks()),
        len(opened),
        sum(to.startswith("socket:") for to in opened),
        worst * 1000,
        where,
    )


def _places(frame: FrameType | None) -> Iterator[str]:
    """Name where a frame is, and its callers; sources are left alone, which would take memory."""
    for _ in range(_FRAMES):
        if frame is not None:
            code = frame.f_code
            yield f"{Path(code.co_filename).name}:{frame.f_lineno} {code.co_name}"
            frame = frame.f_back


def _opened(entry: Path) -> str:
    with suppress(FileNotFoundError):
        return str(entry.readlink())
    return ""


def configured(vendors: dict[str, tuple[str, dict[str, object]]], folder: Path) -> Settings:
    """Configure a gateway that is soon done with a vendor, and has soon let go of what it read.

    So all that it keeps has been let go of many times before memory is looked at. What is kept for
    a quarter of an hour, as it usually is, grows for as long: the soak would measure that.
    """
    backends = [
        backend(
            adapter,
            options,
            name=name,
            timeout_s=1,
            cache=CacheSettings(ttl_s=2, stale_while_revalidate_s=4, stale_if_error_s=15),
            operations=(Operation.END,) if adapter == "digital_samba" else (),
        )
        for name, (adapter, options) in vendors.items()
    ]
    server = ServerSettings(port=0, deadline_s=2, state_dir=folder)
    admin = key("admin", Action.READ, Action.ADMIN)
    auth = AuthSettings(keys=(*AUTH.keys, admin))
    return settings_for(*backends, server=server, auth=auth)


async def _serve(settings: Settings) -> None:
    give_back_large_blocks()
    spare_what_lasts()
    runner = await started(settings)
    lateness = Lateness()
    threading.Thread(target=lateness.watch, daemon=True).start()
    ticking = asyncio.create_task(lateness.tick())
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    print(url_of(runner.addresses[0]), flush=True)  # noqa: T201  # whoever started it waits for this
    while not (await asyncio.wait([ended], timeout=1))[0]:
        print(json.dumps(asdict(sample(lateness))), flush=True)  # noqa: T201  # likewise
    ticking.cancel()
    await runner.cleanup()
    gc.unfreeze()
    gc.collect()  # What nobody fetched or closed is told of when it is collected.


if __name__ == "__main__":
    log_serving()
    asyncio.run(
        _serve(configured(json.loads(sys.stdin.buffer.readline()), Path(sys.argv[1]))),
    )
