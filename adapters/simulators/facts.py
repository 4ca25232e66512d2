"""What is known of a vendor's API, what is not, and what is done about either.

The facts of a vendor stand beside its simulator, which shows them: every quirk has a test of its
own name, every unknown the ways the vendor may turn out to be, and the scorecard is made of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One of the vendor's calls: ``GET /sessions/{id}``, or the name of a JSON-RPC method.

    ``use`` says what the gateway makes of it.
    """

    name: str
    use: str


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something the vendor does that a reader would not expect.

    ``source`` is the title of the vendor's document, or a file below ``tests/recordings``.
    ``handling`` says what keeps it from the gateway's clients.
    """

    name: str
    fact: str
    source: str
    handling: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that neither documents nor recordings tell.

    ``hedge`` says why it does not matter here, or what happens if it does. ``ways`` holds manners
    of the simulator, each named by what it then does: its usual manners are one more way.
    """

    question: str
    hedge: str
    ways: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One form of the vendor's API: the manners that speak it, and the options that choose it."""

    manners: Any
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All of one vendor. ``dialects`` are named where there are several, none where there is one.

    The calls are those the gateway makes, of all dialects.
    """

    calls: tuple[Call, ...]
    quirks: tuple[Quirk, ...]
    unknowns: tuple[Unknown, ...]
    dialects: Mapping[str, Dialect] = field(default_factory=dict)
