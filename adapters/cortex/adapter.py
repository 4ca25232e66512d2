"""The adapter of Cortex: what it can do, and its calls."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from adapters.cortex.log_in import log_in
from adapters.cortex.options import CortexOptions
from adapters.cortex.queries import query_sessions, word_of
from adapters.cortex.records import ORIGINS, PERSONAL, TOLD, outline_of, session_of
from adapters.cortex.writes import create, end, operations
from adapters.toolkit.outlines import outlined
from adapters.toolkit.record import read_record
from gateway.spi import (
    Abilities,
    Address,
    BackendQuery,
    Context,
    Field,
    Mapped,
    Op,
    Operation,
    Outline,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    RpcEndpoint,
    RpcTransport,
    ScanPlan,
    SessionAdapter,
    Support,
    Ticket,
    Write,
    WriteOutcome,
)

_CLOSED_ARE_REMEMBERED = timedelta(days=7)


class CortexAdapter(SessionAdapter[RpcTransport]):
    """Reads ``querySessions``, which answers everything at once.

    In version 1 that is every session of the machine; from version 2 on it is what the
    application has open now, for sessions there are gone once they are closed ("Sessions").
    """

    vendor = "cortex"
    options_model = CortexOptions

    def __init__(self, options: CortexOptions) -> None:
        self._options = options

    def endpoint(self) -> RpcEndpoint:
        """Ask by JSON-RPC, one call at a time.

        In version 1 requests are synchronous ("JSON-RPC"); of later ones that is not told.
        """
        return RpcEndpoint(self._options.url, is_serial=True)

    def abilities(self) -> Abilities:
        """Say that most is to be done here: there is neither paging nor an order.

        A query of version 1 may name "any field", but only equality of ``status`` is shown, with
        one native word at a time, and ``active`` is two of them. Later ones take no query, and
        which one it is may only be known when it is asked: so more may come than was asked for.
        """
        absent = {Field.LANGUAGE}
        is_v2 = self._options.dialect == "v2"
        if is_v2:
            absent |= {Field.TITLE, Field.SPACE, Field.TAG}
        statuses = () if is_v2 else (Field.STATUS, Field.NATIVE_STATUS)
        return Abilities(
            filters={(field, Op.ANY_OF): Support.INEXACT for field in statuses},
            absent=frozenset(absent),
            personal=PERSONAL,
            origins=ORIGINS,
            paging=PagingAbility(PagingStyle.SINGLE),
            operations=operations(self._options.dialect),
            max_concurrency=1,
            keep_vanished_for=_CLOSED_ARE_REMEMBERED if self._options.remember_closed else None,
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Leave out what is not said by one native word."""
        plan = super().plan(query)
        said = {c: support for c, support in plan.pushed.items() if word_of(c) is not None}
        return replace(plan, pushed=said)

    async def log_in(self, transport: RpcTransport) -> Ticket:
        """Log in where nobody is, and authorize; the ticket also tells which dialect is spoken."""
        return await log_in(self._options, transport)

    async def fetch_page(
        self,
        plan: ScanPlan,
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[RpcTransport],
    ) -> RawPage:
        """Read the whole array, or all of one status."""
        return RawPage(await query_sessions(context, plan.pushed))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a session object of any generation."""
        return read_record(record, provenance, session_of)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a session object of any generation."""
        return outlined(record, TOLD, provenance, outline_of)

    async def write(self, write: Write, context: Context[RpcTransport]) -> WriteOutcome:
        """Open a session, or close one."""
        if write.operation is Operation.CREATE:
            return await create(self._options, write, context)
        return await end(write, context)
