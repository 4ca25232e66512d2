"""Choosing what to answer with: the grammar of ``Accept`` and ``Accept-Encoding`` (RFC 9110)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_RANGE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CODING = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_ANY_TYPE = "*/*"
_LEAST = 0.0001
"""The quality of what was not named: below all that was, and not refused."""

_MOST_HEADERS = 128
"""Whose meaning is remembered, for the same few clients come again and again."""


@lru_cache(_MOST_HEADERS)
def media_type(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """Give the offer that is liked best, the first of several; none if all are refused.

    Without a header that says anything the first offer is given.
    """
    ranges = dict(_weighted(accept or "", _RANGE))
    if not ranges:
        return offers[0]
    liked = max(offers, key=lambda offer: _quality(offer, ranges))
    return liked if _quality(liked, ranges) > 0 else None


@lru_cache(_MOST_HEADERS)
def is_gzip_wanted(accept_encoding: str | None) -> bool:
    """Say whether an answer is better sent with gzip than as it is."""
    codings = dict(_weighted(accept_encoding or "", _CODING))
    others = codings.get("*", 0.0)
    gzip = codings.get("gzip", codings.get("x-gzip", others))
    return gzip > 0 and gzip >= codings.get("identity", _LEAST)


def _quality(offer: str, ranges: Mapping[str, float]) -> float:
    """Give the quality of a type by the range that fits it most closely."""
    for fitting in (offer, offer.partition("/")[0] + "/*", _ANY_TYPE):
        if fitting in ranges:
            return ranges[fitting]
    return 0.0


def _weighted(text: str, name: re.Pattern[str]) -> Iterator[tuple[str, float]]:
    """Read a list of names with their qualities; what is not one is passed over."""
    for member in text.lower().split(","):
        named, *parameters = (part.strip() for part in member.split(";"))
        quality = _weight(parameters)
        if name.fullmatch(named) and quality is not None:
            yield named, quality


def _weight(parameters: Sequence[str]) -> float | None:
    """Read the quality among parameters: 1 where there is none, none where it is no number."""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            found = _QUALITY.fullmatch(value.strip())
            return float(found[0]) if found else None
    return 1.0
