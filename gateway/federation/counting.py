"""Counting what a page leaves to be counted, in the listings that it was read from."""

import asyncio
import contextlib
from collections.abc import Iterable

from gateway.federation.deadline import Deadline
from gateway.federation.listing_reader import ListingReader
from gateway.federation.reports import Part
from gateway.spi.errors import UpstreamError


async def count_listings(parts: Iterable[Part], deadline: Deadline) -> None:
    """Count the sessions of long listings, as far as time allows; short ones know their counts."""
    with contextlib.suppress(TimeoutError, UpstreamError):
        async with asyncio.timeout_at(deadline.patience):
            for part in parts:
                if isinstance(part.reader, ListingReader):
                    await part.reader.count(part.query.conditions)
