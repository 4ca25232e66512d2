"""How much one backend's wire may take, and whom it trusts."""

from dataclasses import dataclass
from pathlib import Path

from gateway.spi import Rate


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds one wire.

    ``timeout_seconds`` is for one request as a whole: waiting for its turn, connecting, and
    reading the last byte. ``gap_seconds`` is for the wait until the first or the next byte of an
    HTTP reply, where that is to be shorter. ``max_body_bytes`` counts one body after
    decompression, or one message.
    ``concurrency`` is how many requests run at a time, and ``rate`` how close together they go out.
    A silent peer is asked for a sign of life every ``heartbeat_seconds``, on connections that live
    long.
    """

    timeout_seconds: float = 10.0
    gap_seconds: float | None = None
    max_body_bytes: int = 16 * 1024 * 1024
    concurrency: int = 8
    rate: Rate | None = None
    connect_timeout_seconds: float = 2.0
    heartbeat_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Trust:
    """How a vendor's certificate is known: by the system, by a file, or by its own pin.

    A pin takes the place of authorities and of the name. Beyond this machine a vendor is asked
    without any certificate only where that is allowed.
    """

    ca_file: Path | None = None
    fingerprint_sha256: bytes | None = None
    allow_plaintext: bool = False
