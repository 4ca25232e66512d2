"""What may be under way at a time: the bytes of answers that nothing has been made of yet."""

from dataclasses import dataclass, field

from gateway.transport.in_flight import InFlight
from gateway.transport.room import Room

MAX_LISTING_BYTES = 512 * 1024 * 1024
"""Two of the largest bodies a backend may send by default, or many usual ones."""

MAX_PAGE_BYTES = 96 * 1024 * 1024
"""Six of the largest pages a backend may send by default, or hundreds of usual ones."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One budget for whole listings and one for all else, so that neither starves the other.

    Both are shared by all backends.
    """

    listings: InFlight = field(default_factory=lambda: InFlight(MAX_LISTING_BYTES))
    pages: InFlight = field(default_factory=lambda: Room(MAX_PAGE_BYTES))
