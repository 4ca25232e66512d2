"""Adapters that are broken on purpose, each by one mistake that people make."""

import asyncio
import itertools
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Raw

from adapters.toolkit.record import Record
from gateway.conformance.harness import Harness
from gateway.conformance.law import Law
from gateway.spi import (
    Abilities,
    Address,
    BackendQuery,
    Context,
    Done,
    ErrorCode,
    Field,
    First,
    GiveUp,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Mapped,
    Op,
    Outline,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    StartOver,
    Status,
    Support,
    Token,
    TryAgainLater,
    UpstreamError,
    Write,
    WriteOutcome,
)
from tests.conformance.depot_adapter import DepotAdapter
from tests.conformance.harnesses import DEPOT, LEDGER
from tests.conformance.ledger import LedgerAdapter
from tests.support.fakes import outlined

_counter = itertools.count(1)


class ChangingItsMind(DepotAdapter):
    """Declares something else at every call."""

    def abilities(self) -> Abilities:
        return replace(super().abilities(), max_concurrency=next(_counter))


class HidingTheStart(DepotAdapter):
    """Marks as personal what every caller is told."""

    def abilities(self) -> Abilities:
        return replace(super().abilities(), personal=frozenset({"user", "started_at"}))


class Oversizing(DepotAdapter):
    """Asks for larger pages than the vendor takes."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        plan = super().plan(query)
        if len(query.conditions) < 2:  # as if it had a rule for several
            return plan
        return replace(plan, page_size=plan.page_size and plan.page_size + 1000)


class LosingTheBorder(DepotAdapter):
    """Asks from the day after the one that a start is on."""

    def _asked(self, plan: ScanPlan, at: Address) -> dict[str, str]:
        asked = super()._asked(plan, at)
        if "from" in asked:
            asked["from"] = (date.fromisoformat(asked["from"]) + timedelta(days=1)).isoformat()
        return asked


class TooSure(DepotAdapter):
    """Declares a filter by whole days as exact."""

    def abilities(self) -> Abilities:
        told = super().abilities()
        filters = {**told.filters, (Field.STARTED_AT, Op.BEFORE): Support.EXACT}
        return replace(told, filters=filters)


class Hinting(DepotAdapter):
    """Asks for smaller pages where more is to be checked, though the vendor cannot check it."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        plan = super().plan(query)
        return replace(plan, page_size=10) if query.conditions else plan


class Slackening(DepotAdapter):
    """Filters on the first page alone."""

    def _asked(self, plan: ScanPlan, at: Address) -> dict[str, str]:
        asked = super()._asked(plan, at)
        if isinstance(at, Token):
            asked.pop("state", None)
        return asked


class Boasting(DepotAdapter):
    """Declares filters, and never uses them."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        return super().plan(BackendQuery((), query.order))


class TooFine(DepotAdapter):
    """Declares an order to the microsecond, of a vendor that compares seconds."""

    def abilities(self) -> Abilities:
        told = super().abilities()
        sorts = tuple(replace(s, granularity=timedelta(microseconds=1)) for s in told.sorts)
        return replace(told, sorts=sorts)


class ShortIsTheEnd(DepotAdapter):
    """Takes a page that is shorter than asked for as the last."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        return page if len(page.records) == plan.page_size else replace(page, next=None)


class Miscounting(DepotAdapter):
    """Tells as a total what is left."""

    def _page(self, request: HttpRequest, reply: HttpReply) -> RawPage:
        page = super()._page(request, reply)
        return replace(page, total=len(page.records))


class Scribbling(DepotAdapter):
    """Marks the tokens that it gave with what no text can hold."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        clean = Token(at.text.removesuffix("\ud800")) if isinstance(at, Token) else at
        page = await super().fetch_page(plan, clean, context)
        marked = Token(page.next.text + "\ud800") if isinstance(page.next, Token) else None
        return replace(page, next=marked)


class Numbering(DepotAdapter):
    """Marks the tokens that it gives with a number that runs on."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        clean = Token(at.text.partition("#")[0]) if isinstance(at, Token) else at
        page = await super().fetch_page(plan, clean, context)
        marked = (
            Token(f"{page.next.text}#{next(_counter)}") if isinstance(page.next, Token) else None
        )
        return replace(page, next=marked)


class Forgetful(DepotAdapter):
    """Takes a token that the vendor does not know for the end."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        try:
            return await super().fetch_page(plan, at, context)
        except StartOver:
            return RawPage([])


class Despairing(DepotAdapter):
    """Takes a token that the vendor does not know for a fault of the configuration."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        try:
            return await super().fetch_page(plan, at, context)
        except StartOver as error:
            raise GiveUp(ErrorCode.CONFIG, str(error)) from error


class Choosy(DepotAdapter):
    """Keeps the attributes that it knows."""

    def session_of(self, record: Record, provenance: Provenance) -> Session:
        session = super().session_of(record, provenance)
        known = {k: v for k, v in session.attributes.items() if k in {"badge", "notes"}}
        return msgspec.structs.replace(session, attributes=known)


class Guessing(DepotAdapter):
    """Takes every state but the one it looks for as the other."""

    def session_of(self, record: Record, provenance: Provenance) -> Session:
        session = super().session_of(record, provenance)
        status = Status.ACTIVE if session.native_status == "open" else Status.ENDED
        return msgspec.structs.replace(session, status=status)


class Local(DepotAdapter):
    """Trips over a record that is none."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        if not msgspec.json.decode(record):
            raise ValueError("no record")
        return super().normalise(record, provenance)


class Misreading(LedgerAdapter):
    """Takes the vendor's clock to be an hour slow."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        if isinstance(mapped, Rejected) or mapped.session.started_at is None:
            return mapped
        later = mapped.session.started_at + timedelta(hours=1)
        session = msgspec.structs.replace(mapped.session, started_at=later)
        return msgspec.structs.replace(mapped, session=session)


class Hasty(DepotAdapter):
    """Looks in outline at what it places a stay by, and not at whether the rest can be read."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        try:
            stay = _STAY.decode(record)
            mapped = self.normalise(Raw(msgspec.json.encode(stay)), provenance)
        except ValueError:
            return None
        return None if isinstance(mapped, Rejected) else _outline_of(mapped, provenance)


class _Stay(msgspec.Struct):
    key: str
    since: str
    state: Literal["open", "closed"]
    left: str | None = None


_STAY = msgspec.json.Decoder(_Stay)


def _outline_of(mapped: Mapped, provenance: Provenance) -> Outline | None:
    return None if mapped.unreadable else outlined(mapped.session, provenance.as_of)


class Optimistic(DepotAdapter):
    """Takes in outline every stay for one that goes on."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        mapped = self.normalise(record, provenance)
        if isinstance(mapped, Rejected):
            return None
        outline = _outline_of(mapped, provenance)
        return outline and msgspec.structs.replace(outline, status=Status.ACTIVE)


class Timeless(DepotAdapter):
    """Takes in outline what has gone on for a year for what goes on for ever."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        if isinstance(mapped, Rejected) or mapped.session.started_at is None:
            return mapped
        is_old = provenance.as_of - mapped.session.started_at > _LONG_AGO
        status = Status.UNKNOWN if is_old else mapped.session.status
        session = msgspec.structs.replace(mapped.session, status=status)
        return msgspec.structs.replace(mapped, session=session)

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        mapped = self.normalise(record, provenance)
        return None if isinstance(mapped, Rejected) else _outline_of(mapped, provenance)


_LONG_AGO = timedelta(days=1000)


class Trusting(DepotAdapter):
    """Reads every 200 as a page."""

    def _page(self, request: HttpRequest, reply: HttpReply) -> RawPage:
        try:
            return super()._page(request, reply)
        except UpstreamError:
            if reply.status != 200:  # a status
                raise
            return RawPage([])


class Impatient(DepotAdapter):
    """Gives up for good where the vendor asks to wait."""

    def _page(self, request: HttpRequest, reply: HttpReply) -> RawPage:
        if reply.status == 429:  # a status
            raise GiveUp(ErrorCode.RATE_LIMITED, f"{request}: too many")
        return super()._page(request, reply)


class Tired(DepotAdapter):
    """Takes trouble on the way for the end."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        try:
            return await super().fetch_page(plan, at, context)
        except TryAgainLater:
            if isinstance(at, First):
                raise
            return RawPage([])


class Deaf(DepotAdapter):
    """Does not let go of a call that is cancelled."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        try:
            return await super().fetch_page(plan, at, context)
        except asyncio.CancelledError:
            return RawPage([])


class Littering(DepotAdapter):
    """Leaves a task behind for each page."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        _litter.append(asyncio.create_task(asyncio.sleep(60)))
        return await super().fetch_page(plan, at, context)


_litter: list[asyncio.Task[None]] = []


class Wasteful(DepotAdapter):
    """Sees first whether the vendor is there."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        if isinstance(at, First):
            await context.transport.send(self._request("GET", "/stays", context))
        return await super().fetch_page(plan, at, context)


class Curious(DepotAdapter):
    """Asks for a session again and again."""

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        for _ in range(2):
            await super().get(native_id, context)
        return await super().get(native_id, context)


class Exhibiting(DepotAdapter):
    """Shows its password to whoever looks."""

    def __repr__(self) -> str:
        return f"DepotAdapter({self.options.password.get_secret_value()})"


class Talkative(DepotAdapter):
    """Logs what it sends."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        logging.getLogger(__name__).debug("with %s", context.ticket.values)
        return await super().fetch_page(plan, at, context)


class Quoting(DepotAdapter):
    """Repeats in its errors what the vendor said."""

    def _page(self, request: HttpRequest, reply: HttpReply) -> RawPage:
        if reply.status == 500:  # a status
            raise TryAgainLater(ErrorCode.UPSTREAM_ERROR, reply.body.decode())
        return super()._page(request, reply)


class Insistent(DepotAdapter):
    """Sends a write again where its answer is lost."""

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        try:
            return await super().write(write, context)
        except UpstreamError:
            return await super().write(write, context)


class Denying(DepotAdapter):
    """Takes a 500 for "it was not done"."""

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        outcome = await super().write(write, context)
        if isinstance(outcome, Done):
            return outcome
        raise TryAgainLater(ErrorCode.UPSTREAM_ERROR, "the vendor broke")


class Lying(DepotAdapter):
    """Takes a write whose answer is lost for done."""

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        try:
            return await super().write(write, context)
        except UpstreamError:
            return Done(None, is_new=write.native_id is None)


class Terse(DepotAdapter):
    """Leaves out of a session alone what only the list told."""

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        record = await super().get(native_id, context)
        if record is None:
            return None
        told = msgspec.json.decode(record)
        return Raw(msgspec.json.encode({k: v for k, v in told.items() if k != "who"}))


class Strict(DepotAdapter):
    """Takes a session that there is not for a fault."""

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        record = await super().get(native_id, context)
        if record is None:
            raise GiveUp(ErrorCode.CONFIG, "no such session")
        return record


class Counting(LedgerAdapter):
    """Names ids from two behind the last on."""

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        return itertools.islice(super().next_ids(known), 1, None)


@dataclass(frozen=True)
class Mutant:
    """A broken adapter, and the checks that have to tell so.

    ``beside`` are other laws that ask for pages, which the gateway fails where it sees the mistake.
    """

    adapter: type[Any]
    checks: frozenset[str]
    original: Harness = DEPOT
    beside: frozenset[Law] = frozenset()

    @property
    def law(self) -> Law:
        """Give the one law that it breaks."""
        (law,) = {check.partition(".")[0] for check in self.checks}
        return Law(law)

    def __str__(self) -> str:
        """Name it by its law and its mistake."""
        return f"{self.law.value}-{self.adapter.__name__}"


def _mutant(
    adapter: type[Any], *checks: str, original: Harness = DEPOT, beside: Iterable[Law] = ()
) -> Mutant:
    return Mutant(adapter, frozenset(checks), original, frozenset(beside))


_OF_PAGES = (Law.WRITING, Law.NEWS)


MUTANTS = (
    _mutant(ChangingItsMind, "L1.abilities"),
    _mutant(HidingTheStart, "L1.abilities"),
    _mutant(Oversizing, "L1.plan"),
    _mutant(LosingTheBorder, "L2.each"),
    _mutant(TooSure, "L2.each"),
    _mutant(Slackening, "L2.each"),
    _mutant(Boasting, "L2.each"),
    _mutant(Hinting, "L2.unsent"),
    _mutant(TooFine, "L3.sorts", "L3.filtered"),
    _mutant(ShortIsTheEnd, "L4.capped"),
    _mutant(Miscounting, "L4.totals"),
    _mutant(Scribbling, "L5.written"),
    _mutant(Numbering, "L5.again"),
    _mutant(Forgetful, "L5.gone"),
    _mutant(Despairing, "L5.gone"),
    _mutant(Choosy, "L6.unknown_fields"),
    _mutant(Guessing, "L6.unknown_status"),
    _mutant(Local, "L6.total"),
    _mutant(Optimistic, "L6.outlined", "L6.outlined_if_odd", beside=_OF_PAGES),
    _mutant(Hasty, "L6.outlined_if_odd"),
    _mutant(Timeless, "L6.lasting"),
    _mutant(Misreading, "L6.held", original=LEDGER),
    _mutant(Trusting, "L7.first_page", "L7.later_page"),
    _mutant(Impatient, "L7.first_page", "L7.later_page"),
    _mutant(Tired, "L7.later_page"),
    _mutant(Deaf, "L8.cancelled", "L8.closed"),
    _mutant(Littering, "L8.closed"),
    _mutant(Wasteful, "L9.one_request_a_page", "L9.one_log_in"),
    _mutant(Curious, "L9.detail"),
    _mutant(Exhibiting, "L10.quiet"),
    _mutant(Talkative, "L10.in_trouble"),
    _mutant(Quoting, "L10.in_trouble"),
    _mutant(Insistent, "L11.interrupted"),
    _mutant(Denying, "L11.interrupted"),
    _mutant(Lying, "L11.interrupted"),
    _mutant(Terse, "L12.with_list"),
    _mutant(Strict, "L12.of_nobody"),
    _mutant(Counting, "L13.next_ids", original=LEDGER),
)
