"""What one configuration is served with."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.app.holdings import Holdings
from gateway.app.vendors import Wired
from gateway.config.settings import Settings
from gateway.paging.cursor import CursorSealer
from gateway.web.admission import Admission


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one configuration is served with. A later one takes over what has not changed."""

    settings: Settings
    vendors: Sequence[Wired]
    admission: Admission
    sealer: CursorSealer
    holdings: Holdings


SNAPSHOT = web.AppKey("SNAPSHOT", Snapshot)
