"""Vendors described for one test, and wires on which every request is noted."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from msgspec import Raw

from adapters.declarative.adapter import DeclarativeAdapter
from adapters.declarative.language.spec import Spec
from adapters.declarative.options import options_of
from gateway.spi import (
    NO_TICKET,
    Address,
    BackendQuery,
    Condition,
    Context,
    Field,
    First,
    HttpReply,
    HttpRequest,
    Json,
    RawPage,
    RpcError,
    ScanPlan,
    Sort,
    Ticket,
)
from gateway.spi.transport import HttpTransport
from tests.support.adapters import NOON

URL = "https://vendor.example/api"

Parts: TypeAlias = Mapping[str, Any]
Answering: TypeAlias = Callable[[HttpRequest], HttpReply]

_FIRST = First()

REST: Parts = {
    "spec": 1,
    "vendor": {"id": "made_up", "title": "Made up"},
    "transport": {"kind": "rest", "base_url": URL},
    "list": {
        "request": {"path": "/sessions"},
        "records": "rows",
        "paginate": {"style": "single"},
    },
    "map": {"native_id": {"at": "id"}, "started_at": {"at": "begun"}},
}


def adapter_of(parts: Parts, **options: object) -> DeclarativeAdapter:
    """Make the adapter of a file that would say this; parts replace those of a small one."""
    model = options_of(Spec.model_validate({**REST, **parts}))
    return DeclarativeAdapter(model.model_validate({"spec": "made_up.yaml", **options}))


def over(**said: Any) -> Parts:  # noqa: ANN401  # as the file has it
    """Describe how the vendor is reached, over HTTP."""
    return {"kind": "rest", "base_url": URL, **said}


def replied(body: Json | bytes = None, status: int = 200, **headers: str) -> HttpReply:
    """Make a reply; a body that is no bytes is written as JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status, named, text)


@dataclass
class Desk(HttpTransport):
    """Answers every request by a function, and notes it."""

    answer: Answering
    requests: list[HttpRequest] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return self.answer(request)

    @property
    def last(self) -> HttpRequest:
        """The request that came last."""
        return self.requests[-1]


def desk(*replies: HttpReply) -> Desk:
    """Answer with these, the last of them again and again."""
    rest: Iterator[HttpReply] = iter(replies)
    return Desk(lambda _: next(rest, replies[-1]))


@dataclass
class Line:
    """Answers every call by what is said of its method, and notes it."""

    results: Mapping[str, Json | RpcError]
    calls: list[tuple[str, Json]] = field(default_factory=list)

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        self.calls.append((method, params))
        result = self.results[method]
        if isinstance(result, RpcError):
            raise result
        return Raw(json.dumps(result).encode())


def context(transport: Any, ticket: Ticket = NO_TICKET) -> Context[Any]:  # noqa: ANN401  # of two kinds
    """Make the context of a call."""
    return Context(transport, ticket, NOON)


NEWEST_FIRST = Sort(Field.STARTED_AT, is_descending=True)


def planned(
    adapter: DeclarativeAdapter, *conditions: Condition, order: Sort = NEWEST_FIRST
) -> ScanPlan:
    """Plan a scan."""
    return adapter.plan(BackendQuery(conditions, (order,)))


async def page_of(
    adapter: DeclarativeAdapter,
    wire: Any,  # noqa: ANN401  # of two kinds
    *conditions: Condition,
    at: Address = _FIRST,
    ticket: Ticket = NO_TICKET,
) -> RawPage:
    """Read one page."""
    plan = planned(adapter, *conditions)
    return await adapter.fetch_page(plan, at, context(wire, ticket))


def body_of(request: HttpRequest) -> Json:
    """Read the JSON of a request; none if it has no body."""
    return None if request.body is None else json.loads(request.body)


def query_of(request: HttpRequest) -> dict[str, str]:
    """Give the query of a request in which no parameter is repeated."""
    query = dict(request.query)
    assert len(query) == len(request.query)
    return query


def steps_of(request: HttpRequest) -> list[str]:
    """Give the steps of a path, as a server reads them."""
    return [unquote(step) for step in request.path.split("/")]
