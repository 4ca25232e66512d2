"""L7: what goes wrong is one of the errors there are, told for what it is, and never an answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from msgspec import Raw

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import Rig, rigged
from gateway.conformance.tap import Talk
from gateway.conformance.troubles import HTTP_TROUBLES, RPC_TROUBLES, Trouble
from gateway.spi import (
    BadAnswer,
    Context,
    ErrorCode,
    First,
    HttpEndpoint,
    RawPage,
    Rejected,
    UpstreamError,
)

_A_PAGE = 4

Call = Callable[[Context[Any]], Awaitable[Any]]


async def first_page(harness: Harness) -> None:
    """Whatever goes wrong with the first page is an error, and the next call works."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        await _meet_all(rig, lambda context: rig.adapter.fetch_page(plan, First(), context))


async def later_page(harness: Harness) -> None:
    """Whatever goes wrong with a later page is an error, and never the end."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        following = (await rig.page(plan, First())).next
        if following is not None:
            await _meet_all(rig, lambda context: rig.adapter.fetch_page(plan, following, context))


async def detail(harness: Harness) -> None:
    """Whatever goes wrong with a session alone is an error, and never less than the session."""
    async with rigged(harness) as rig:
        if not rig.adapter.abilities().has_detail:
            return
        native_id = rig.held_ids()[0]

        async def get(context: Context[Any]) -> Raw | None:
            record = await rig.adapter.get(native_id, context)
            if record is not None and isinstance(rig.mapped(record), Rejected):
                raise BadAnswer(ErrorCode.SCHEMA, "no session")  # as the gateway takes it
            return record

        await rig.log_in()
        begun = len(rig.tap.heard)
        await rig.call(get)
        for spared in range(len(rig.tap.heard) - begun):
            await _meet_all(rig, get, spared=spared)


async def log_in(harness: Harness) -> None:
    """Whatever goes wrong with a log-in is an error, and the next one works."""
    for trouble in await _troubles(harness):
        if trouble.is_silent:
            continue  # The wire's own time is for log-ins too, and tried with pages.
        async with rigged(harness) as rig:
            rig.tap.make_trouble(trouble.http, trouble.rpc)
            try:
                await rig.log_in()
            except UpstreamError:
                pass
            except Exception as error:  # noqa: BLE001  # whatever an adapter may raise
                broken(f"{trouble.name}: log_in() raises {error!r}")
            rig.tap.make_none()
            await rig.page(rig.plan(), First())


async def out_of_order(harness: Harness) -> None:
    """Answers that come in another order than the calls reach those who asked."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        first = await rig.page(plan, First())
        other = rig.plan(page_size=_A_PAGE + 1)
        second = await rig.page(other, First())
        rig.tap.make_trouble(None, _delaying())
        got = await asyncio.gather(rig.page(plan, First()), rig.page(other, First()))
        right = [_told(first), _told(second)]
        holds([_told(page) for page in got] == right, "two calls at once got other answers")


def _delaying() -> Callable[[Talk], Awaitable[None]]:
    """Hold back the first answer for longer than the second."""
    pauses = iter((0.1, 0.0))
    late: set[asyncio.Task[None]] = set()

    async def later(talk: Talk, pause: float) -> None:
        await asyncio.sleep(pause)
        await talk.tell(talk.answer)

    async def delay(talk: Talk) -> None:
        late.add(asyncio.create_task(later(talk, next(pauses, 0.0))))

    return delay


async def _troubles(harness: Harness) -> Iterable[Trouble]:
    async with rigged(harness) as rig:
        return _troubles_of(rig)


def _troubles_of(rig: Rig) -> Iterable[Trouble]:
    is_http = isinstance(rig.adapter.endpoint(), HttpEndpoint)
    return HTTP_TROUBLES if is_http else RPC_TROUBLES


async def _meet_all(rig: Rig, call: Call, *, spared: int = 0) -> None:
    right = _told(await rig.call(call))
    for trouble in _troubles_of(rig):
        await rig.log_in()
        rig.tap.make_trouble(trouble.http, trouble.rpc, after=spared)
        await _meet(rig, trouble, call, right)
        rig.tap.make_none()
        again = _told(await rig.call(call))
        holds(again == right, f"after {trouble.name} the next call brings something else")


async def _meet(rig: Rig, trouble: Trouble, call: Call, right: object) -> None:
    make = rig.hurried if trouble.is_silent else rig.call
    try:
        result = await make(call)
    except UpstreamError as error:
        _check_error(trouble, error)
    except Exception as error:  # noqa: BLE001  # whatever an adapter may raise
        broken(f"{trouble.name}: raises {error!r}, which is none of the errors there are")
    else:
        if result is None and trouble.name == "404":
            return  # Of one session it is the answer that there is none.
        is_right = trouble.may_answer and _told(result) == right
        holds(is_right, f"{trouble.name}: taken for the answer {result!r}")


def _check_error(trouble: Trouble, error: UpstreamError) -> None:
    said = f"{trouble.name}: {type(error).__name__} {error.code.value}"
    is_code = not trouble.codes or error.code in trouble.codes
    holds(is_code, f"{said}, which should be one of {sorted(trouble.codes)}")
    is_same = trouble.is_retryable in (None, error.is_retryable)
    holds(is_same, f"{said}: retryable is {error.is_retryable}")
    wait = trouble.retry_after_seconds
    holds(wait in (None, error.retry_after_seconds), f"{said}: Retry-After is lost")


def _told(result: RawPage | Raw | None) -> object:
    match result:
        case RawPage():
            return [bytes(record) for record in result.records]
        case None:
            return None
        case _:
            return bytes(result)


CHECKS = checks_of(Law.FAILING, first_page, later_page, detail, log_in, out_of_order)
