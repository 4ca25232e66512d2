"""Answers that are asked for again and again: kept as bytes while what they were made of is kept.

A dashboard asks for the same page every few seconds. What tells the time in its head is made anew.
"""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web
from cachetools import TLRUCache
from multidict import CIMultiDict

from gateway.federation.federation import Federation, State
from gateway.federation.run import Serving, SessionPage
from gateway.model.report import BackendReport, BackendStatus, ServedFrom
from gateway.web.caching import cache_control, service_headers
from gateway.web.callers import Caller

MAX_KEPT_BYTES = 32 * 1024 * 1024

_BYTES_BESIDE = 4096
"""At least what the head, the reports and the question take."""


class Question(NamedTuple):
    """All that the bytes of an answer depend on, besides what is kept of the vendors.

    The caller is whole, with what exists for them and what is hidden from them: cursors are theirs
    alone. The query is as it was sent.
    """

    caller: Caller
    query: str
    media_type: str


@dataclass(slots=True)
class Body:
    """The body of an answer; compressed, too, once somebody has wanted it so."""

    plain: bytes
    gzip: bytes | None = None


@dataclass(slots=True)
class Repeat:
    """An answer of what a federation kept of its backends in these states, as of an instant."""

    federation: Federation
    body: Body
    headers: Mapping[str, str]
    reports: Mapping[str, BackendReport]
    servings: Mapping[str, Serving]
    states: Mapping[str, State]
    made_at: float
    fresh_until: float
    heads_sent: dict[Hashable, str] = field(default_factory=dict)
    """Heads as they were sent, by what they depend on: as long as all of them say the same."""
    _head: CIMultiDict[str] = field(default_factory=CIMultiDict)
    _head_until: float = -math.inf

    @property
    def size(self) -> int:
        """Estimate the memory it takes, in bytes, compressed and as it is."""
        return 2 * len(self.body.plain) + _BYTES_BESIDE * (1 + len(self.reports))

    def head(self, now: float) -> CIMultiDict[str]:
        """Say what there is to say of it now; ``heads_sent`` say the same from then on."""
        if now >= self._head_until:
            self._write_head(now)
        return self._head

    def _write_head(self, now: float) -> None:
        """Write the head as it is until a whole second less is left of some part."""
        since = now - self.made_at
        servings = {name: _later(serving, since) for name, serving in self.servings.items()}
        self._head = CIMultiDict(self.headers)
        self._head["Cache-Control"] = cache_control(servings.values())
        self._head.update(service_headers(self.reports, servings))
        left = [each.fresh_for_s or 0.0 for each in servings.values()]
        # One that is being sent meanwhile says what was true before, and is remembered for nobody.
        self.heads_sent = {}
        self._head_until = now + min((seconds % 1 for seconds in left), default=math.inf)


class Repeats:
    """Answers that were made of what was kept alone, within a bound of bytes."""

    def __init__(self, timer: Callable[[], float], *, max_bytes: int = MAX_KEPT_BYTES) -> None:
        """Keep up to ``max_bytes``, by the timer of what is kept of the vendors."""
        self._timer = timer
        self.max_bytes = max_bytes
        self._kept: TLRUCache[Question, Repeat] = TLRUCache(
            max_bytes,
            ttu=lambda _question, kept, _now: kept.fresh_until,
            timer=timer,
            getsizeof=lambda kept: kept.size,
        )

    def find(self, question: Question, federation: Federation) -> Repeat | None:
        """Find the answer to a question, if a federation would make the same now."""
        try:
            kept = self._kept[question]
        except KeyError:
            return None
        if kept.federation is not federation:
            return None
        return kept if kept.states == federation.states(kept.states) else None

    def keep(
        self,
        question: Question,
        response: web.Response,
        page: SessionPage,
        federation: Federation,
        states: Mapping[str, State],
    ) -> None:
        """Keep an answer, if no vendor was asked for it: with the states before it was made."""
        body = response.body
        if not isinstance(body, bytes) or not all(map(_is_kept, page.reports.values())):
            return
        now = self._timer()
        fresh_for_s = [each.fresh_for_s or 0.0 for each in page.servings.values()]
        repeat = Repeat(
            federation,
            Body(body),
            {**response.headers},
            page.reports,
            page.servings,
            states,
            now,
            now + min(fresh_for_s, default=0.0),
        )
        if repeat.fresh_until > now and repeat.size <= self.max_bytes:
            self._kept[question] = repeat

    @property
    def bytes(self) -> int:
        """Estimate the memory that all of them take, in bytes."""
        return int(self._kept.currsize)

    def __len__(self) -> int:
        """Count the answers that are kept."""
        return len(self._kept)


def _is_kept(report: BackendReport) -> bool:
    is_asked = report.requests > 0 or report.served_from is ServedFrom.LIVE
    return report.status is BackendStatus.OK and not is_asked


def _later(serving: Serving, seconds: float) -> Serving:
    """Tell of a part that is given once more, so much later: nobody waited for it."""
    return Serving((serving.fresh_for_s or 0.0) - seconds, 0.0, serving.need)
