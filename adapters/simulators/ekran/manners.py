"""What differs between Ekran servers, or is told by no document."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

LiveLogout: TypeAlias = Literal["null", "missing", "empty", "minimum"]


@dataclass(frozen=True, slots=True)
class Manners:
    """What differs between servers, or is not documented.

    ``minds_case`` knows its path by the letters of the document alone. No page is larger than
    ``largest_page``, and ``pageIndex`` counts in pages as they are sent, or as they are asked
    for. ``total_is_of_page`` counts what was sent. ``refuses_pages_beyond`` the last, rather than
    sending empty ones. ``order`` is that of the list.

    ``bounds_count`` chooses also what ends or starts with a bound of the window, and
    ``leaves_out_spanning`` what reaches over both. ``repeated_hour`` is which of the two a local
    time means that occurs twice. Without ``clips_durations`` they are those of whole sessions.

    ``live_logout`` is how the logout date of a session that goes on is written. With
    ``names_people`` rows have the names of users and computers too. Without ``has_offsets`` dates
    are the server's. Midnights are those ``of`` the server, or of each client.
    """

    needs_key: bool = True
    parameters_in: Literal["body", "query"] = "body"
    timezone: str = "Europe/Paris"
    minds_case: bool = False
    largest_page: int = 1000
    pages_count_as: Literal["sent", "asked"] = "sent"
    total_is_of_page: bool = False
    refuses_pages_beyond: bool = False
    order: Literal["scattered", "newest_first"] = "scattered"
    bounds_count: bool = False
    leaves_out_spanning: bool = False
    repeated_hour: Literal["first", "second"] = "second"
    clips_durations: bool = True
    live_logout: LiveLogout = "null"
    names: Literal["camel", "pascal"] = "camel"
    names_people: bool = False
    has_offsets: bool = True
    midnights_of: Literal["server", "client"] = "server"
