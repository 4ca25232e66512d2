"""How much room and time clients are given, and who is in it now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.figures.calls import CallFigures
from gateway.web.addresses import Network, client_address, is_in, subject_of
from gateway.web.capacity import Capacity


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """What all clients together, one address and one request may take.

    ``idle_seconds`` are for the head of a request too, from the last answer on; a connection too
    many has ``hasty_seconds`` for it. What is written at once, an answer or a stretch of a stream,
    has to be taken within ``write_seconds``. ``calls`` are the most that are answered at a time;
    they are fewer while they hold each other up.
    """

    connections: int = 800
    connections_per_address: int = 400
    calls: int = 256
    idle_seconds: float = 30.0
    hasty_seconds: float = 1.0
    body_seconds: float = 10.0
    write_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A connection that is counted, under whose name, and whether there was room for it."""

    subject: str
    has_room: bool


@dataclass(slots=True)
class Crowd:
    """Who is connected, by address, and how many calls are being answered.

    Behind a trusted proxy there are many, so one of them has all the room there is. How many there
    are stands in the ``figures``.
    """

    limits: ServingLimits
    trusted_proxies: Sequence[Network] = ()
    figures: CallFigures = field(default_factory=CallFigures)
    _connections: Counter[str] = field(default_factory=Counter)
    _capacity: Capacity = field(init=False)

    def __post_init__(self) -> None:
        """Begin with room for all calls."""
        self._capacity = Capacity(self.limits.calls)
        self.figures.most_at_a_time = self._capacity.calls

    def join(self, peer: str) -> Seat:
        """Count a connection in, whether there is room for it or not."""
        address = client_address(peer, (), (), ())
        subject = subject_of(address)
        self._connections[subject] += 1
        self.figures.connections += 1
        is_shared = address is not None and is_in(address, self.trusted_proxies)
        has_room = self._connections.total() <= self.limits.connections and (
            is_shared or self._connections[subject] <= self.limits.connections_per_address
        )
        return Seat(subject, has_room)

    def leave(self, seat: Seat) -> None:
        """Count a connection out."""
        self._connections[seat.subject] -= 1
        self.figures.connections -= 1
        if not self._connections[seat.subject]:
            del self._connections[seat.subject]

    def begin_call(self) -> bool:
        """Count a call in, until it is ended; say whether there is room for it."""
        self.figures.under_way += 1
        return self.figures.under_way <= self._capacity.calls

    def end_call(self) -> None:
        """Count a call out."""
        self.figures.under_way -= 1

    def lap(self, seconds: float, now: float) -> None:
        """Take in how long the loop took to come around; all in seconds."""
        self._capacity.lap(seconds, self.figures.under_way, now)
        self.figures.laps.note(seconds)
        self.figures.most_at_a_time = self._capacity.calls
