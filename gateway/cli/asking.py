"""What a vendor would be sent for a question: found out from the adapter, and sent to nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import msgspec
from msgspec import Raw

from gateway.cli.rows import condition_text
from gateway.conformance.questions import conditions_on, samples_of_conditions
from gateway.model.query import NEWEST_FIRST
from gateway.spi import (
    BackendQuery,
    Condition,
    Context,
    Field,
    First,
    HttpReply,
    HttpRequest,
    Json,
    Op,
    ScanPlan,
    Session,
    SessionAdapter,
    SortAbility,
    Support,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, how well the vendor answers it, and what it would be sent more for it.

    ``support`` is none where the vendor is not asked. What is sent stands by where it goes, as
    ``query limit``; what every request carries is left out, for that may be secret.
    """

    question: str
    support: Support | None
    sent: Mapping[str, Json]


async def all_asked(
    adapter: SessionAdapter[Any], context: Context[Any], sessions: Sequence[Session]
) -> list[Asked]:
    """Ask in thought for everything that the vendor is said to filter for and to sort by.

    The values are those of sessions that are known.
    """
    abilities = adapter.abilities()
    plain = ScanPlan({}, None, adapter.plan(BackendQuery((), NEWEST_FIRST)).page_size)
    ask = _Asking(adapter, context)
    usual = await ask.sent(plain)
    told = [
        await ask.of_condition(condition, plain, usual)
        for condition in _conditions(adapter, abilities.filters, sessions)
    ]
    return [*told, *[await ask.of_order(order, plain, usual) for order in abilities.sorts]]


class _Asking:
    def __init__(self, adapter: SessionAdapter[Any], context: Context[Any]) -> None:
        self._adapter = adapter
        self._context = context

    async def of_condition(
        self, condition: Condition, plain: ScanPlan, usual: Mapping[str, Json]
    ) -> Asked:
        pushed = self._adapter.plan(BackendQuery((condition,), NEWEST_FIRST)).pushed
        sent = await self.sent(replace(plain, pushed=pushed))
        return Asked(condition_text(condition), pushed.get(condition), _more(sent, usual))

    async def of_order(
        self, order: SortAbility, plain: ScanPlan, usual: Mapping[str, Json]
    ) -> Asked:
        sent = await self.sent(replace(plain, sorted_by=order))
        direction = "-" if order.sort.is_descending else ""
        question = f"sort by {direction}{order.sort.field.value}"
        return Asked(question, Support.EXACT, _more(sent, usual))

    async def sent(self, plan: ScanPlan) -> Mapping[str, Json]:
        """Give all that the request for the first page of a plan holds, by where it stands."""
        context = replace(self._context, transport=_Nobody())
        try:
            await self._adapter.fetch_page(plan, First(), context)
        except _CaughtError as caught:
            return caught.sent
        return {}


class _CaughtError(Exception):
    """A request was made: it goes no further."""

    def __init__(self, sent: Mapping[str, Json]) -> None:
        super().__init__()
        self.sent = sent


class _Nobody:
    """Takes requests and calls, and sends none."""

    async def send(self, request: HttpRequest) -> HttpReply:
        raise _CaughtError(dict(_in_request(request)))

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        raise _CaughtError({"method": method, **dict(_leaves("params", params or {}))})


def _conditions(
    adapter: SessionAdapter[Any],
    filters: Iterable[tuple[Field, Op]],
    sessions: Sequence[Session],
) -> Iterator[Condition]:
    """Choose for each filter a question that is sent, if there is one, and tells most."""
    known = [*samples_of_conditions(sessions), *conditions_on(sessions)]
    for kind in filters:
        fitting = [each for each in known if (each.field, each.op) == kind]
        sent = (
            each for each in fitting if adapter.plan(BackendQuery((each,), NEWEST_FIRST)).pushed
        )
        yield from islice(chain(sent, fitting), 1)


def _more(sent: Mapping[str, Json], usual: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: value for name, value in sent.items() if usual.get(name) != value}


def _in_request(request: HttpRequest) -> Iterator[tuple[str, Json]]:
    yield "method", request.method
    yield "path", request.path
    several: dict[str, list[str]] = {}
    for name, value in request.query:
        several.setdefault(f"query {name}", []).append(value)
    yield from ((name, v[0] if len(v) == 1 else v) for name, v in several.items())
    yield from ((f"header {name}", value) for name, value in request.headers.items())
    if request.body is not None:
        yield from _leaves("body", _tree(request.body))


def _tree(body: bytes) -> Json:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")


def _leaves(where: str, tree: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    if not isinstance(tree, Mapping):
        yield f"{where} {path}".rstrip(), tree
        return
    for name, child in tree.items():
        yield from _leaves(where, child, f"{path}.{name}" if path else name)
