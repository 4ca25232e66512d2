"""What a fake vendor answers to whom: all of it but the wire."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from adapters.declarative.fake import choosing, ordering, paging
from adapters.declarative.fake.admission import Doorkeeper
from adapters.declarative.fake.answers import Answer, RefusedError, refusal
from adapters.declarative.fake.handshake import kept
from adapters.declarative.fake.holding import Sessions
from adapters.declarative.fake.paging import Rows
from adapters.declarative.fake.planting import planted
from adapters.declarative.fake.received import Filled, Received, filled, is_addressed, is_known
from adapters.declarative.fake.writing import carried_out
from adapters.declarative.language.calls import GetCall, WriteCall
from adapters.declarative.language.outcomes import CallName, Meaning
from adapters.declarative.language.paging import LinkPaging
from adapters.declarative.language.part import substituted
from adapters.declarative.language.requests import Place, Request
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import (
    Auth,
    JsonRpcWsTransport,
    NoAuth,
    QueryAuth,
)

_BAD_PARAMETERS = -32602
_NO_METHOD = -32601
_WRITES: tuple[CallName, ...] = ("create", "keepalive", "hide", "end")


class Vendor:
    """The vendor of one file, with the options by which it is reached.

    It is strict: what is always sent has to come, what the file does not speak of must not, and
    values have to be of the declared kind. Otherwise the question is a bad request. A page has
    ``largest`` rows at most, whatever it is asked for.
    """

    def __init__(
        self,
        spec: Spec,
        options: Mapping[str, str],
        rows: int,
        clock: Callable[[], datetime],
        largest: int | None = None,
    ) -> None:
        self.sessions = Sessions(spec, options, rows, clock)
        self.doorkeeper = Doorkeeper(_auth(spec), options, clock)
        self._spec = spec
        self._wire = spec.transport.kind
        self._largest = largest
        self._values = {"options": dict(options), "session": kept(spec)}

    def answer(self, received: Received) -> Answer:
        """Answer a request."""
        names = [name for name, request in self._calls() if self._is_of(received, name, request)]
        try:
            self._refuse_without_headers(received)
            ticket = self.doorkeeper.log_in(received)
            return self._admitted(names, received) if ticket is None else Answer(ticket)
        except RefusedError as refused:
            return self.refuse(refused.meaning, names[0] if names else "log_in")
        except ValueError as error:
            return self._misunderstood(str(error))

    def refuse(self, meaning: Meaning, call: CallName) -> Answer:
        """Answer so that it means this."""
        return refusal(self._spec.errors, meaning, call, self._wire)

    def _calls(self) -> Iterator[tuple[CallName, Request]]:
        yield "list", self._spec.list.request
        if self._spec.get is not None:
            yield "get", self._spec.get.request
        for name in _WRITES:
            write: WriteCall | None = getattr(self._spec.writes, name)
            if write is not None:
                yield name, write.request

    def _is_of(self, received: Received, name: CallName, request: Request) -> bool:
        if name == "list" and isinstance(self._spec.list.paginate, LinkPaging):
            received = paging.as_asked_first(received, request.method)
        return is_addressed(received, request)

    def _misunderstood(self, why: str) -> Answer:
        if self._wire != "rest":
            return Answer({"error": {"message": why}}, rpc_code=_BAD_PARAMETERS)
        return Answer({"error": why}, HTTPStatus.BAD_REQUEST)

    def _unknown(self) -> Answer:
        if self._wire != "rest":
            return Answer(rpc_code=_NO_METHOD)
        return Answer({"error": "no such path"}, HTTPStatus.NOT_FOUND)

    def _admitted(self, names: Sequence[CallName], received: Received) -> Answer:
        """Answer by the first call that has all that is always sent."""
        if not names:
            return self._unknown()
        self.doorkeeper.admit(received)
        *others, last = names
        for name in others:
            with contextlib.suppress(ValueError):
                return self._answer_by(name, received)
        return self._answer_by(last, received)

    def _answer_by(self, name: CallName, received: Received) -> Answer:
        match name:
            case "list":
                return self._list(received)
            case "get" if self._spec.get is not None:
                return self._get(self._spec.get, received)
            case _:
                return self._write(name, received)

    def _list(self, received: Received) -> Answer:
        request, pages = self._spec.list.request, self._spec.list.paginate
        received, place = paging.linked(received, request.method)
        asked = filled(received, request, self._values)
        self._refuse_unknown(asked, request, [*self._list_places()])
        rows = self._rows(asked)
        page = paging.page_of(pages, asked, rows, self._largest, place)
        body = planted(self._spec.list.records, [row.record for row in page.rows], None)
        counts = self._counts(rows)
        body = paging.told(pages, page, received, counts, body)
        return Answer(body, headers=paging.told_in_headers(pages, page, received, counts))

    def _rows(self, asked: Filled) -> Rows:
        tests = choosing.tests_of(self._spec, self.sessions.reader, asked)
        order = ordering.order_of(self._spec.abilities.sorts, asked)
        chosen = [held for held in self.sessions.all() if all(test(held) for test in tests)]
        return Rows(sorted(chosen, key=order), order, self.sessions.known())

    def _counts(self, rows: Rows) -> Mapping[str, int]:
        everything, chosen = len(self.sessions.all()), len(rows.rows)
        return {"pushed": chosen, "all": everything, "estimate": round(chosen, -1)}

    def _list_places(self) -> Iterator[Place]:
        yield from choosing.places_of(self._spec.abilities.filters)
        yield from ordering.places_of(self._spec.abilities.sorts)
        yield from paging.places_of(self._spec.list.paginate)

    def _get(self, call: GetCall, received: Received) -> Answer:
        asked = filled(received, call.request, self._values)
        self._refuse_unknown(asked, call.request, ())
        held = self.sessions.find(asked.names.get("native_id"))
        if held is None:
            raise RefusedError("not_found")
        return Answer(planted(call.record, {**held.record, "detail": {"only": "here"}}, None))

    def _write(self, name: CallName, received: Received) -> Answer:
        call: WriteCall = getattr(self._spec.writes, name)
        asked = filled(received, call.request, self._values)
        self._refuse_unknown(asked, call.request, [field.send for field in call.fields.values()])
        return carried_out(name, call, asked, self.sessions)

    def _refuse_without_headers(self, received: Received) -> None:
        transport = self._spec.transport
        if isinstance(transport, JsonRpcWsTransport):
            return
        for name, text in transport.headers.items():
            if received.headers.get(name.lower()) != substituted(text, self._values):
                raise ValueError(f"no {name} as it should be")

    def _refuse_unknown(self, asked: Filled, request: Request, places: Sequence[Place]) -> None:
        auth = _auth(self._spec)
        own = (
            [Place.model_validate({"in": "query", "at": auth.name})]
            if isinstance(auth, QueryAuth)
            else []
        )
        if not is_known(asked, request, [*places, *own]):
            raise ValueError("something was sent that the file does not speak of")


def _auth(spec: Spec) -> Auth:
    transport = spec.transport
    return NoAuth(kind="none") if isinstance(transport, JsonRpcWsTransport) else transport.auth
