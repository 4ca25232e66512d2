"""Memory that is let go of does not stay with the process."""

import subprocess
import sys
from typing import Final

import pytest

SCRIPT: Final = """
import os, sys
from pathlib import Path
from gateway.app.allocation import give_back_large_blocks

def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

if sys.argv[1] == "yes":
    give_back_large_blocks()
for _ in range(2):
    bytes(30 * 2**20)  # From then on blocks of this size and less would be kept.
before = resident_mb()
blocks, small = [], []
for _ in range(100):
    blocks.append(b"x" * 2**20)
    small.append(b"x" * 5000)  # What stays is behind all that goes.
del blocks
print(resident_mb() - before)
"""


READING: Final = """
import resource, socket
from gateway.app.allocation import give_back_large_blocks

give_back_large_blocks()
one, other = socket.socketpair()

def read():
    one.send(b"x" * 50_000)
    other.recv(256 * 1024)  # So asyncio does.

for _ in range(50):
    read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(1000):
    read()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_what_is_read_from_a_socket_takes_no_new_memory_of_the_system() -> None:
    ran = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", READING], capture_output=True, text=True, check=True
    )

    assert int(ran.stdout) < 100, "page faults of 1,000 reads"


@pytest.mark.parametrize("is_called", ["yes", "no"])
def test_large_blocks_go_back_though_small_ones_behind_them_stay(is_called: str) -> None:
    ran = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", SCRIPT, is_called], capture_output=True, text=True, check=True
    )

    kept_mb = float(ran.stdout)
    assert (kept_mb < 10) == (is_called == "yes"), kept_mb
