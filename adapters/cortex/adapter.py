"""The adapter of Cortex: what it can do, and its calls."""

from datetime import timedelta
from typing import ClassVar

import msgspec

from adapters.cortex.log_in import log_in
from adapters.cortex.options import CortexOptions
from adapters.cortex.queries import query_sessions
from adapters.cortex.records import session_of
from adapters.cortex.writes import create, end, operations
from adapters.toolkit.record import read_record
from gateway.spi import (
    Abilities,
    Address,
    Context,
    Field,
    Mapped,
    Operation,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    RpcEndpoint,
    RpcTransport,
    ScanPlan,
    SessionAdapter,
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

    vendor: ClassVar[str] = "cortex"
    options_model = CortexOptions

    def __init__(self, options: CortexOptions) -> None:
        self._options = options

    def endpoint(self) -> RpcEndpoint:
        """Ask by JSON-RPC, one call at a time.

        In version 1 requests are synchronous ("JSON-RPC"); of later ones that is not told.
        """
        return RpcEndpoint(self._options.url, is_serial=True)

    def abilities(self) -> Abilities:
        """Say that all is to be done here: there is neither paging nor an order.

        A query of version 1 may name "any field", but only equality of ``status`` is shown, with
        one native word at a time, and ``active`` is two of them. Later ones take no query.
        """
        absent = {Field.LANGUAGE}
        if self._options.dialect == "v2":
            absent |= {Field.TITLE, Field.SPACE, Field.TAG}
        return Abilities(
            absent=frozenset(absent),
            paging=PagingAbility(PagingStyle.SINGLE),
            operations=operations(self._options.dialect),
            max_concurrency=1,
            keep_vanished_for=_CLOSED_ARE_REMEMBERED if self._options.remember_closed else None,
        )

    async def log_in(self, transport: RpcTransport) -> Ticket:
        """Log in where nobody is, and authorize; the ticket also tells which dialect is spoken."""
        return await log_in(self._options, transport)

    async def fetch_page(
        self,
        plan: ScanPlan,  # noqa: ARG002  # there is nothing to push
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[RpcTransport],
    ) -> RawPage:
        """Read the whole array."""
        return RawPage(await query_sessions(context))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a session object of any generation."""
        return read_record(record, provenance, session_of)

    async def write(self, write: Write, context: Context[RpcTransport]) -> WriteOutcome:
        """Open a session, or close one."""
        if write.operation is Operation.CREATE:
            return await create(self._options, write, context)
        return await end(write, context)
