"""Letting a kept listing grow: asking for the sessions that are new, one by one, by their ids."""

from gateway.federation.backend import Backend, Failed
from gateway.federation.flaws import FLAWLESS
from gateway.federation.listing import Listing
from gateway.federation.mapping import BackendPage
from gateway.federation.tally import Tally
from gateway.model.session import Session
from gateway.spi.errors import UpstreamError

MOST_PROBES = 200
"""Ids asked for at a time. If all are sessions, the next to ask goes on."""

MOST_MISSES = 5
"""Ids in a row that are no sessions, after which there are none: a failed insert leaves a gap."""


async def grow(listing: Listing, backend: Backend, tally: Tally) -> Listing | Failed:
    """Give the listing with the sessions that have come since, as of now."""
    now = backend.now()
    found = await _probe(listing, backend, tally)
    if isinstance(found, Failed):
        return found
    pairs = [(page.sessions[0], page.records[0]) for page in found]
    try:
        return listing.grown(pairs, sum((page.flaws for page in found), FLAWLESS), now)
    except UpstreamError as error:
        return backend.failed(error)


async def _probe(
    listing: Listing, backend: Backend, tally: Tally
) -> list[BackendPage[Session]] | Failed:
    known = listing.records.keys()
    ids = backend.next_ids(known, MOST_PROBES)
    if isinstance(ids, Failed):
        return ids
    found: list[BackendPage[Session]] = []
    misses = 0
    for native_id in (each for each in ids if each not in known):
        tally.requests += 1
        page = await backend.session(native_id)
        if isinstance(page, Failed):
            return page
        if page is not None and page.sessions[0].native_id == native_id:
            found.append(page)
            misses = 0
            continue
        misses += 1
        if misses == MOST_MISSES:
            break
    return found
