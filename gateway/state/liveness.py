"""Which of the processes that share a folder are alive: each holds a lock until it ends.

The system lets go of a lock however a process ends, and a process number may be another's by then.
"""

import fcntl
import os
import secrets
from pathlib import Path

_ALIVE = ".alive"


class Liveness:
    """One process among those that share a folder. Raises ``OSError`` where that is unusable."""

    def __init__(self, folder: Path) -> None:
        """Be alive from now on, and forget those that are not."""
        self.name = secrets.token_hex(8)
        self._folder = folder
        for file in folder.glob(f"*{_ALIVE}"):
            self._forget_if_dead(file)
        # It is locked before it is seen, or another might find it unlocked.
        unseen = folder / f"{self.name}.new"
        self._lock = os.open(unseen, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unseen.rename(self._file(self.name))

    def is_alive(self, name: str) -> bool:
        """Say whether the process of this name has not ended."""
        return _is_locked(self._file(name))

    def close(self) -> None:
        """Be alive no longer."""
        self._file(self.name).unlink(missing_ok=True)
        os.close(self._lock)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}{_ALIVE}"

    def _forget_if_dead(self, file: Path) -> None:
        if not _is_locked(file):
            file.unlink(missing_ok=True)


def _is_locked(file: Path) -> bool:
    try:
        tried = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(tried, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(tried)
    return False
