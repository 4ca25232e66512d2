"""What workers and their supervisor write to each other: a letter a line."""

from typing import TypeAlias

import msgspec

from gateway.metrics.families import Family

MOST_BYTES = 16 * 1024 * 1024
"""A letter is never longer: metrics of a hundred backends are a tenth of it."""


class Told(msgspec.Struct, frozen=True, tag=True):
    """A worker tells its own metrics, and perhaps wants to know those of all."""

    families: list[Family]
    is_asking: bool = False


class Ask(msgspec.Struct, frozen=True, tag=True):
    """A worker is asked for its own metrics."""


class Joined(msgspec.Struct, frozen=True, tag=True):
    """A worker is told the metrics of all."""

    families: list[Family]


ToWorker: TypeAlias = Ask | Joined

_TO_WORKER: msgspec.json.Decoder[ToWorker] = msgspec.json.Decoder(ToWorker)
_TO_SUPERVISOR = msgspec.json.Decoder(Told)


def line(letter: Told | ToWorker) -> bytes:
    """Write a letter."""
    return msgspec.json.encode(letter) + b"\n"


def to_worker(text: bytes) -> ToWorker:
    """Read what the supervisor wrote."""
    return _TO_WORKER.decode(text)


def to_supervisor(text: bytes) -> Told | None:
    """Read what a worker wrote: none if it is no letter, but what a library printed."""
    try:
        return _TO_SUPERVISOR.decode(text)
    except msgspec.DecodeError:
        return None
