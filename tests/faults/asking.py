"""Asking a gateway that has a backend in trouble, and minding what it says."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.config import ServerSettings
from tests.faults.sites import CANARY, Site, Troubled, others
from tests.laboratory.watch import watched
from tests.support.gateway import Answer, Gateway, running, settings_for

DEADLINE = 0.8
GRACE = 0.25
"""By how much an answer may be late."""


@dataclass
class Asking:
    """A gateway over a backend in trouble and some that are in none."""

    gateway: Gateway
    site: Troubled
    deadline_s: float
    answers: list[Answer] = field(default_factory=list)

    async def ask(self, path: str = "/v1/sessions", **query: Any) -> Answer:  # noqa: ANN401  # any parameter
        """Ask; the answer must come by the deadline."""
        begun = time.monotonic()
        answer = await self.gateway.get(path, **query)
        elapsed = time.monotonic() - begun
        assert elapsed <= self.deadline_s + GRACE, f"answered after {elapsed:.3f} s"
        self.answers.append(answer)
        return answer

    async def alone(self, **query: Any) -> Answer:  # noqa: ANN401  # any parameter
        """Ask for what the backend in trouble has."""
        return await self.ask(backend="troubled", **query)


@asynccontextmanager
async def asking(
    site: Site,
    folder: Path,
    log: pytest.LogCaptureFixture,
    *,
    is_alone: bool = False,
    deadline_s: float = DEADLINE,
) -> AsyncIterator[Asking]:
    """Run a gateway; in the end, no secret was told and nothing is left of it."""
    async with watched(), site(folder) as troubled, others() as good:
        beside = [] if is_alone else good
        server = ServerSettings(port=0, deadline_s=deadline_s)
        async with running(settings_for(troubled.backend, *beside, server=server)) as gateway:
            asked = Asking(gateway, troubled, deadline_s)
            yield asked
        told = [f"{answer.status} {answer.headers} {answer.body}" for answer in asked.answers]
    leaks = [text for text in (*told, *lines(log)) if CANARY in text]
    assert not leaks, leaks


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """Give the lines that were logged, as a formatter would write them."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    return [formatter.format(record) for record in log.records]
