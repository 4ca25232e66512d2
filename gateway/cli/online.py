"""``check --online``: whether each backend answers, as a client would find it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from gateway.app import open_federation
from gateway.cli.ending import fail, run
from gateway.cli.progress import Progress
from gateway.cli.rows import count_text
from gateway.cli.screen import Screen, tell
from gateway.cli.table import Table
from gateway.cli.words import misfits_in_words, remarks
from gateway.config import Settings
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus

_HEADER = ("BACKEND", "VENDOR", "STATUS", "SECONDS", "REQUESTS", "SESSIONS")
_ANSWERED = {BackendStatus.OK, BackendStatus.PARTIAL}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of asking one backend."""

    name: str
    vendor: str
    report: BackendReport
    seconds: float


def check_online(settings: Settings) -> None:
    """Ask each backend in use for its newest session; end with status 1 if one does not answer."""
    run(_check(settings))


async def _check(settings: Settings) -> None:
    async with open_federation(settings) as federation:
        with Progress().shown():
            answers = await _asked(federation, settings.server.deadline_s)
    Screen.of_output().show(Table(_HEADER, list(map(_row, answers)), firm={0, 1, 2, 3}))
    tell(remarks({answer.name: answer.report for answer in answers}))
    for name, backend in federation.backends.items():
        tell(f"{name}: {misfit}" for misfit in misfits_in_words(backend.misfits))
    tell(f"{name}: is switched off, so it was not asked" for name in federation.disabled)
    silent = [answer.name for answer in answers if answer.report.status not in _ANSWERED]
    if silent:
        fail(f"no answer of: {', '.join(silent)}")


async def _asked(federation: Federation, seconds: float) -> Sequence[_Answer]:
    """Ask all at once, each for itself: none waits for another."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_ask(federation, name, seconds)) for name in federation.backends]
    return [task.result() for task in tasks]


async def _ask(federation: Federation, name: str, seconds: float) -> _Answer:
    begun = monotonic()
    page = await federation.page(PageRequest(Query((name,)), 1), Deadline.within(seconds))
    reports: Mapping[str, BackendReport] = page.reports
    vendor = federation.backends[name].adapter.vendor
    return _Answer(name, vendor, reports[name], monotonic() - begun)


def _row(answer: _Answer) -> Sequence[str]:
    report = answer.report
    return (
        answer.name,
        answer.vendor,
        report.status.value,
        f"{answer.seconds:.1f}",
        f"{report.requests}",
        count_text(report.total),
    )
