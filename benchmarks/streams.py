"""The memory of a gateway while it streams all there is."""

from dataclasses import dataclass

import msgspec
from answers import Trailer, chunks_of
from servers import Server

_SHARES = (20, 50, 100)


@dataclass(frozen=True)
class Passed:
    """How far a stream has come, and the most memory its gateway took since it began."""

    percent: int
    sessions: int
    resident_mb: float
    peak_mb: float


def stream(gateway: Server, sessions: int) -> list[Passed]:
    """Stream to the end; about so many sessions are to come. The lines are counted, not kept."""
    gateway.forget_peak()
    passed: list[Passed] = []
    lines, tail = 0, b""
    for chunk in chunks_of(gateway.address):
        lines += chunk.count(b"\n")
        tail = (tail + chunk)[-_LONGEST_LINE_BYTES:]
        share = _SHARES[len(passed)]
        if share < 100 and lines >= sessions * share // 100:  # noqa: PLR2004  # percent
            passed.append(_passed(gateway, share, lines))
    trailer = msgspec.json.decode(tail.splitlines()[-1], type=Trailer)
    if not (trailer.end and trailer.complete):
        raise SystemExit(f"the stream of {lines} lines is not complete")
    return [*passed, _passed(gateway, 100, lines - 1)]


_LONGEST_LINE_BYTES = 64 * 1024


def _passed(gateway: Server, share: int, lines: int) -> Passed:
    return Passed(share, lines, gateway.resident_mb(), gateway.peak_mb())
