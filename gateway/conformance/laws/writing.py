"""L11: sessions that come and go cost no others, and a write is done once or not at all."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.conformance.harness import Harness, HeldSession, WriteExample
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import NAME, Rig, ids_of, rigged
from gateway.conformance.tap import HttpTrouble, RpcTrouble
from gateway.conformance.troubles import fail_when_done, hang_up, reset, reset_when_done
from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest
from gateway.federation.sending_once import SendingOnce
from gateway.model.query import Query
from gateway.model.report import BackendStatus, BackendWarning
from gateway.paging.rows import Row
from gateway.spi import (
    Context,
    Done,
    Operation,
    Unclear,
    UpstreamError,
    Write,
    WriteOutcome,
)

_A_PAGE = 5
_MOST_ROWS = 500
_MOST_CHANGES = 40
_SECONDS = 60.0
_NO_SESSION = "no-such-session-4711"


async def between_pages(harness: Harness) -> None:
    """What stays is given once, in order, though sessions come and go between the pages."""
    async with rigged(harness) as rig:
        upheaval = _Upheaval(rig)
        rows = await _walk(rig, upheaval.happen)
        upheaval.check(rows)


async def between_requests(harness: Harness) -> None:
    """What stays is given once, in order, though sessions come and go between the requests."""
    async with rigged(harness) as rig:
        await rig.log_in()
        upheaval = _Upheaval(rig)
        rig.tap.before = upheaval.happen
        rows = await _walk(rig, lambda: None)
        rig.tap.before = lambda: None
        upheaval.check(rows)


async def done(harness: Harness) -> None:
    """Each declared write is done, once, and the next list shows it."""
    for operation in await _operations(harness):
        async with rigged(harness) as rig:
            attempt = await _attempt(rig, operation)
            if not isinstance(attempt.outcome, Done):
                broken(f"{operation.value}: the example brings {attempt.outcome!r}")
            attempt.check_effect(is_new=attempt.outcome.is_new)
            await _check_record(rig, operation, attempt.outcome)


async def interrupted(harness: Harness) -> None:
    """A write that is interrupted is done at most once, and never denied where it was done."""
    for operation in await _operations(harness):
        async with rigged(harness) as rig:
            requests = (await _attempt(rig, operation)).requests
        for http, rpc in _INTERRUPTIONS:
            for spared in range(requests):
                async with rigged(harness) as rig:
                    attempt = await _attempt(rig, operation, (http, rpc, spared))
                    attempt.check_honesty()


async def to_nobody(harness: Harness) -> None:
    """A write to a session that there is not is refused, and changes nothing."""
    async with rigged(harness) as rig:
        await rig.log_in()
        for operation in rig.adapter.abilities().operations.keys() - {Operation.CREATE}:
            before = _state(rig)
            try:
                outcome = await _write(rig, Write(operation, _NO_SESSION, {}))
            except UpstreamError:
                continue
            holds(not isinstance(outcome, Done), f"{operation.value} of no session is done")
            holds(before == _state(rig), f"{operation.value} of no session changes something")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A write that was tried: what the adapter says of it, and what the vendor held about it."""

    operation: Operation
    target: str | None
    outcome: WriteOutcome | UpstreamError
    before: dict[str, str]
    after: dict[str, str]
    requests: int
    writes: int

    def check_effect(self, *, is_new: bool) -> None:
        """Check that what is done was done: a session may have been there already."""
        new = self.after.keys() - self.before.keys()
        match self.operation:
            case Operation.CREATE:
                said = "a new one" if is_new else "the one there is"
                holds(
                    len(new) == is_new, f"create makes {len(new)} sessions, and says it is {said}"
                )
            case Operation.END:
                status = self.after.get(self.target or "", "gone")
                holds(status != "active", f"end leaves {self.target} active")
            case _:
                holds(not new, f"{self.operation.value} makes sessions")

    def check_honesty(self) -> None:
        """Check that nothing was done twice, and that what was done is not denied."""
        new = len(self.after.keys() - self.before.keys())
        holds(new <= 1, f"{self.operation.value}: an interrupted write is done {new} times")
        holds(self.writes <= 1, f"{self.operation.value}: sent {self.writes} times")
        is_open = isinstance(self.outcome, Done | Unclear) or (
            isinstance(self.outcome, UpstreamError) and self.outcome.has_been_sent
        )
        is_denied = self.before != self.after and not is_open
        holds(not is_denied, f"{self.operation.value} was done, but the adapter denies it")
        if isinstance(self.outcome, Done):
            self.check_effect(is_new=self.outcome.is_new)


class _Upheaval:
    """Has sessions come and go, and knows which have stayed."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._left = _MOST_CHANGES
        self._chance = random.Random(7)  # noqa: S311  # seeded, not cryptography
        self._stayed = {*rig.held_ids()}

    def happen(self) -> None:
        """Let one session come, and now and then one go, until it has been enough.

        Who asks for what is new would otherwise find something new each time.
        """
        if self._left == 0:
            return
        self._left -= 1
        self._rig.vendor.insert()
        held = self._rig.held_ids()
        if self._chance.random() < 0.6 and len(held) > 1:  # noqa: PLR2004  # most of the time
            self._rig.vendor.delete(self._chance.choice(held))
        self._stayed &= {*self._rig.held_ids()}

    def check(self, rows: Sequence[Row]) -> None:
        """Check that all that stayed was given, and nothing twice or out of order."""
        keys = [row.key for row in rows]
        holds(keys == sorted({*keys}), "sessions are given twice or out of order")
        lost = self._stayed - {*ids_of([row.session for row in rows])}
        holds(not lost, f"sessions that stayed all the while are lost: {sorted(lost)}")


async def _walk(rig: Rig, meanwhile: Callable[[], None]) -> list[Row]:
    federation = rig.federation()
    request = PageRequest(Query((NAME,)), _A_PAGE)
    rows: list[Row] = []
    while len(rows) < _MOST_ROWS:
        page = await federation.page(request, Deadline.within(_SECONDS))
        rows += page.rows
        report = page.reports[NAME]
        holds(report.status is BackendStatus.OK, f"a page fails: {report.error}")
        holds(BackendWarning.PAGE_DRIFT not in report.warnings, "pages drift apart")
        if page.next is None:
            return rows
        request = replace(request, position=page.next)
        meanwhile()
    return broken(f"the walk does not end within {_MOST_ROWS} rows")


async def _operations(harness: Harness) -> Sequence[Operation]:
    """Give the declared writes, each of which needs an example."""
    async with rigged(harness) as rig:
        declared = sorted(rig.adapter.abilities().operations)
    missing = [each.value for each in declared if each not in harness.writes]
    holds(not missing, f"the harness has no example of these writes: {', '.join(missing)}")
    return declared


async def _attempt(
    rig: Rig,
    operation: Operation,
    trouble: tuple[HttpTrouble, RpcTrouble, int] | None = None,
) -> _Attempt:
    example = rig.harness.writes[operation]
    target = await _target(rig, operation, example)
    await rig.log_in()
    before, begun = _state(rig), len(rig.tap.heard)
    if trouble is not None:
        http, rpc, spared = trouble
        rig.tap.make_trouble(http, rpc, after=spared)
    outcome: WriteOutcome | UpstreamError
    try:
        outcome = await _write(rig, Write(operation, target, example.fields))
    except UpstreamError as error:
        outcome = error
    rig.tap.make_none()
    sent = rig.tap.heard[begun:]
    return _Attempt(operation, target, outcome, before, _state(rig), len(sent), _most_alike(sent))


def _most_alike(sent: Sequence[object]) -> int:
    """Count how often the request was sent that was sent most often, but for questions."""
    told = [each for each in sent if not str(getattr(each, "what", "")).startswith("GET ")]
    return max((told.count(each) for each in told), default=0)


async def _target(rig: Rig, operation: Operation, example: WriteExample) -> str | None:
    if operation is Operation.CREATE:
        return None
    if example.target is not None:
        return example.target(rig.vendor.held())
    created = (await _attempt(rig, Operation.CREATE)).outcome
    if not isinstance(created, Done) or created.record is None:
        broken(f"{operation.value}: the example has no target, and none can be created")
    return rig.session(created.record).native_id


async def _write(rig: Rig, write: Write) -> WriteOutcome:
    async def once(context: Context[Any]) -> WriteOutcome:
        transport = SendingOnce(context.transport)
        return await rig.adapter.write(write, replace(context, transport=transport))

    return await rig.call(once)


async def _check_record(rig: Rig, operation: Operation, outcome: Done) -> None:
    told = {session.native_id: session for session in await rig.stream(rig.plan())}
    if outcome.record is None:
        return
    session = rig.session(outcome.record)
    is_gone = operation is Operation.END and session.native_id not in told
    holds(is_gone or session.native_id in told, "the next list lacks what a write brought")
    if not is_gone:
        listed = told[session.native_id]
        holds(listed.status is session.status, "the next list tells another status")
        holds(listed.started_at == session.started_at, "the next list tells another start")


def _state(rig: Rig) -> dict[str, str]:
    held: Sequence[HeldSession] = [*rig.vendor.held()]
    return {each.native_id: each.status for each in held}


_INTERRUPTIONS: Sequence[tuple[HttpTrouble, RpcTrouble]] = (
    (reset_when_done, hang_up),
    (reset, hang_up),
    (fail_when_done, hang_up),
)

CHECKS = checks_of(Law.WRITING, between_pages, between_requests, done, interrupted, to_nobody)
