"""The typed places where the application and its requests keep what they share."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from gateway.federation.federation import Federation
from gateway.federation.flights import LastingFlights
from gateway.figures.figures import Figures
from gateway.paging.cursor import CursorSealer
from gateway.state.idempotency import CallRecords
from gateway.web.addresses import Network
from gateway.web.callers import Caller
from gateway.web.questions import Questions
from gateway.web.rates import Limiter
from gateway.web.repeats import Repeats

FEDERATION = web.AppKey("FEDERATION", Federation)
SEALER = web.AppKey("SEALER", CursorSealer)
DEADLINE_SECONDS = web.AppKey("DEADLINE_SECONDS", float)

ORIGINS: web.AppKey[frozenset[str]] = web.AppKey("ORIGINS")
"""The web pages of other origins that may call."""
TRUSTED_PROXIES: web.AppKey[Sequence[Network]] = web.AppKey("TRUSTED_PROXIES")
RECORDS: web.AppKey[CallRecords | None] = web.AppKey("RECORDS")
"""Where calls are remembered by their keys: none where that is not configured."""
UNDERTAKINGS: web.AppKey[LastingFlights[web.Response]] = web.AppKey("UNDERTAKINGS")
"""Calls that are answered to the end, whether or not their callers wait."""
QUESTIONS = web.AppKey("QUESTIONS", Questions)
"""What lists asked last."""
REPEATS = web.AppKey("REPEATS", Repeats)
"""Answers that are asked for again and again."""
REFRESHES: web.AppKey[Limiter] = web.AppKey("REFRESHES")
"""How often each backend may be refreshed."""

FIGURES = web.AppKey("FIGURES", Figures)
"""What is counted since the process began."""
METRICS: web.AppKey[Callable[[], Awaitable[bytes]]] = web.AppKey("METRICS")
"""Gives the metrics of the process, and of others beside it, as they are scraped."""

CALLER = web.RequestKey("CALLER", Caller)
FORMAT = web.RequestKey("FORMAT", str)
"""The media type that the answer is to have."""
IS_STREAMING = web.RequestKey("IS_STREAMING", bool)
"""Set once the head of a streamed answer has been sent."""
