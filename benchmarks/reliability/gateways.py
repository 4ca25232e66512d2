"""A gateway in a process of its own, over backends of Digital Samba and others."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from servers import Server, python, running
from standing_gateway import Reach, Terms

_DEADLINE_SECONDS = 60.0


def samba(address: str, key: str = "a made-up key") -> Reach:
    """Reach a Digital Samba. Those with the same key are one account, which is asked as one."""
    return Reach("digital_samba", {"url": address, "developer_key": key})


@contextmanager
def faulty(fault: str, folder: Path) -> Iterator[Server]:
    """Run a Digital Samba with a fault of the laboratory's; from the project's own folder."""
    command = [sys.executable, "-u", "-m", "tests.laboratory", fault]
    with running(command, folder / f"{fault}.log") as server:
        yield server


@contextmanager
def gateway(
    vendors: Mapping[str, Reach], folder: Path, *, timeout_s: float = _DEADLINE_SECONDS
) -> Iterator[Server]:
    """Run a gateway that keeps nothing."""
    terms = Terms(dict(vendors), deadline_s=_DEADLINE_SECONDS, timeout_s=timeout_s, ttl_s=0)
    file = folder / "gateway.json"
    file.write_bytes(msgspec.json.encode(terms))
    with running(python("standing_gateway.py", str(file)), folder / "gateway.log") as server:
        yield server
