"""The metrics of an application that serves, and of those beside it."""

from aiohttp import web

from gateway.app.snapshot import SNAPSHOT
from gateway.federation.under_way import UnderWay
from gateway.metrics.exposition import written
from gateway.metrics.families import Family
from gateway.metrics.reading import Watched, families
from gateway.web.keys import REPEATS


async def scraped(app: web.Application) -> bytes:
    """Write down the metrics of all processes behind the address.

    Raises a ``TimeoutError`` where others do not tell theirs in time.
    """
    return written(await app[SNAPSHOT].holdings.peers.metrics(own_metrics(app)))


def own_metrics(app: web.Application) -> list[Family]:
    """Read the metrics of this process."""
    snapshot = app[SNAPSHOT]
    holdings = snapshot.holdings
    backends = {each.backend.name: each.backend for each in snapshot.vendors}
    return families(
        Watched(
            holdings.figures,
            backends,
            turns={each.backend.name: each.shared.turns for each in snapshot.vendors},
            under_way=next((each.under_way for each in backends.values()), UnderWay()),
            listings=holdings.listings.kept,
            ranges=holdings.ranges,
            details=holdings.details,
            repeats=app[REPEATS],
            worker=holdings.peers.worker,
        )
    )
