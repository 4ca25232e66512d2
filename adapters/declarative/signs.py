"""Whether a page is the last: told by the signs that a file names, on the rows as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from adapters.declarative.language.paging import EndSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A page that came.

    ``received`` rows are on it, ``before`` it were so many, if that is known, and ``asked`` for
    were so many, if pages are as large as they are asked to be. ``total`` is how many there are in
    all, where the vendor tells; ``is_total`` says that it counts nothing else.
    """

    received: int
    before: int | None = None
    asked: int | None = None
    total: int | None = None
    is_total: bool = False
    has_more: bool | None = None
    has_token: bool | None = None


def is_last(signs: Sequence[EndSign], came: Came) -> bool | None:
    """Say whether a page is the last, by the first sign that tells; none if none does."""
    verdicts = (_verdict(sign, came) for sign in signs)
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _verdict(sign: EndSign, came: Came) -> bool | None:
    """Say what one sign tells: a full page, and one that is not empty, do not tell of more."""
    match sign:
        case "total":
            return _by_total(came)
        case "has_more":
            return None if came.has_more is None else not came.has_more
        case "no_token":
            return None if came.has_token is None else not came.has_token
        case "short_page":
            return True if came.asked is not None and came.received < came.asked else None
        case "empty_page":
            return True if came.received == 0 else None
        case _:
            assert_never(sign)


def _by_total(came: Came) -> bool | None:
    """Compare with the total. Where more came than there are, it is not what it seems."""
    if came.total is None or came.before is None:
        return None
    left = came.total - came.before - came.received
    if left == 0:
        return True
    return False if left > 0 and came.is_total else None
